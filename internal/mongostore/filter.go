package mongostore

import "go.mongodb.org/mongo-driver/v2/bson"

// is asks for a value in a field; for a list, that the value is in it.
func is(field string, value any) bson.D { return bson.D{{Key: field, Value: value}} }

// in asks for one of several values in a field.
func in[V any](field string, values []V) bson.D {
	if values == nil {
		values = []V{}
	}
	return bson.D{{Key: field, Value: bson.D{{Key: "$in", Value: values}}}}
}

// either asks for one of several conditions.
func either(conditions ...bson.D) bson.D { return bson.D{{Key: "$or", Value: conditions}} }
