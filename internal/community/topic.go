package community

import "membergate/internal/live"

// TopicOfPost wakes whoever watches a post.
func TopicOfPost(id PostID) live.Topic { return live.Topic("post:" + id) }

// TopicOfThread wakes whoever hears of the comments on a post.
func TopicOfThread(id PostID) live.Topic { return live.Topic("thread:" + id) }

// TopicOfFeed wakes whoever watches a feed in order of time.
func TopicOfFeed(k FeedKind, board string, topic TopicID) live.Topic {
	switch k {
	case OfBoard:
		return live.Topic("feed:board:" + board)
	case OnTopic:
		return live.Topic("feed:topic:" + topic)
	case FamilyOwn:
		return "feed:family"
	default: // what the reader follows is found when it is read
		return "feed"
	}
}

// TopicsOf are the topics of everything that shows a post.
func TopicsOf(p Post) []live.Topic {
	out := []live.Topic{TopicOfPost(p.ID), TopicOfThread(p.ID)}
	if p.Visibility == OfFamily {
		return append(out, TopicOfFeed(FamilyOwn, "", ""))
	}
	out = append(out, TopicOfFeed(New, "", ""), TopicOfFeed(OfBoard, p.Board, ""))
	for _, t := range p.Topics {
		out = append(out, TopicOfFeed(OnTopic, "", t))
	}
	return out
}
