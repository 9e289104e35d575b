package mongostore

import (
	"testing"

	"membergate/internal/storetest"
)

func TestUploads(t *testing.T) { storetest.Uploads(t, open(t).Uploads()) }
