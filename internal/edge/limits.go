package edge

import "time"

// What one request may ask for. "Apps" are the documents that the member apps send; TestTheAppsFitWell measures them.
const (
	// MaxBodyBytes is the longest body that is read. The apps' longest document is under 3 KiB and their inputs are texts and ids, so 64 KiB is plenty;
	// the parser's work grows with it.
	MaxBodyBytes = 64 << 10
	// maxTokens bounds parsing, and the overlapping-fields rule, whose work grows with the square of the fields:
	// 500 equal fields take 0.08 s there, 10,000 take 16 s. The apps' longest file has 557.
	maxTokens = 1000
	// maxDepth: the apps' deepest paths are 8 (a post's comments' replies' authors; a wallet entry's explanation's
	// lines). Introspection is not counted.
	maxDepth = 10
	// maxFields counts fields with every fragment written out. Without fragments the token limit allows no more.
	maxFields = 1000
	// maxAliases: the apps use none; explorers and batching clients use a few. Guessing codes by the hundred needs many.
	maxAliases = 15
	// maxRootFields: the Home screen has three.
	maxRootFields = 20
	// maxRepeats is how often one answer key may be written in the same place: fragments on several types share keys
	// such as id, nothing else repeats them.
	maxRepeats = 20
	// maxDirectives: the apps use none; @include and @skip are few in practice.
	maxDirectives = 20
	// maxOperations per document: an app may send its whole file and name one operation of it.
	maxOperations = 20
	// maxFragments per document.
	maxFragments = 50
	// maxUses bounds how often fragments are used or written in line: what they hold is compared with what stands beside
	// them, every time. The apps' largest file has 4, tools that write a fragment for each part of a screen some dozens.
	maxUses = 100
	// maxInline is how deep fragments in line may stand in one another: each level is compared anew, so a hundred levels in
	// 4 KB took 170 ms. The apps nest one.
	maxInline = 5
	// maxListLength bounds each list in arguments and variables: nodes(ids:) is asked for at most two pages.
	maxListLength = 100
	// maxValueDepth bounds how deep variables nest: the apps' inputs nest 3 deep.
	maxValueDepth = 10

	// maxCost bounds Σ first × child cost. The apps' dearest documents cost 540 (Feed) with their own page sizes and
	// 1,750 (Recommend) with the largest page. This leaves room for three such, not for pages of pages of pages.
	maxCost = 5000
	// largestPage is the most that any connection gives; a page that names no size is priced as one.
	largestPage = 50
	// assumedList is what a list without paging costs: such lists (a family's members, a post's pictures) are kept
	// short by the rules.
	assumedList = 5

	// maxErrors is how many errors of one document are told: the first mends most, and ten or more is how scanners
	// tell a server that does the work for nothing.
	maxErrors = 3

	// documentCache is how many checked documents are kept. The apps send under 60; the rest is room for their older
	// versions. A document and its checked tree are some 100 KiB at the most.
	documentCache = 500

	// readDeadline is what a query may take: a member looks at a screen for two seconds, then pulls again.
	readDeadline = 2 * time.Second
	// writeDeadline is longer, because a member who sees a time-out does not know whether it happened. Repeating is
	// safe by the idempotency key.
	writeDeadline = 5 * time.Second
)
