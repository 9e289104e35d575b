package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/VictoriaMetrics/metricsql"
	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"membergate/internal/edge"
)

// metric is what /metrics can hold.
type metric struct {
	labels []string
	help   string
}

var described = regexp.MustCompile(`^Desc\{fqName: "([^"]+)", help: "((?:[^"\\]|\\.)*)", constLabels: \{([^}]*)\}, variableLabels: \{([^}]*)\}\}$`)

// registered is every metric of a gateway that works too.
func registered(t *testing.T) map[string]metric {
	t.Helper()
	s, err := readSettings(env("DATA_DIR", t.TempDir(), "PORT", "0", "ADMIN_ADDR", "127.0.0.1:0", "SANDBOX", "on", "SANDBOX_CLOCK", "events"))
	if err != nil {
		t.Fatal(err)
	}
	s.Worker = true
	parts, err := build(t.Context(), s, discard())
	if err != nil {
		t.Fatal(err)
	}
	defer parts.Close()
	told := make(chan *prometheus.Desc)
	go func() {
		m := newMeters(append(crowdMeters(edge.NewCrowd(1)), parts.Meters...)...)
		m.watch(edge.New(edge.Parts{Schema: parts.Schema}))
		m.registry.Describe(told)
		close(told)
	}()
	out := map[string]metric{}
	for d := range told {
		m := described.FindStringSubmatch(d.String())
		if m == nil {
			t.Fatalf("cannot be read: %s", d)
		}
		var labels []string
		for _, l := range strings.Split(m[3]+","+m[4], ",") { // part="redis" of those that never change
			if name, _, _ := strings.Cut(l, "="); name != "" {
				labels = append(labels, name)
			}
		}
		out[m[1]] = metric{labels, strings.ReplaceAll(m[2], `\"`, `"`)}
	}
	return out
}

type alert struct {
	Alert       string
	Expr        string
	For         string
	Labels      map[string]string
	Annotations map[string]string
}

func alerts(t *testing.T) []alert {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "deploy", "prometheus", "alerts.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Groups []struct {
			Name  string
			Rules []alert
		}
	}
	if err := yaml.UnmarshalWithOptions(text, &file, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	return file.Groups[0].Rules
}

// operations is the operator's page; write puts a table between its marks with -update, else it must be there already.
type operations struct {
	t    *testing.T
	path string
	text string
}

func (o *operations) table(name, want string) {
	o.t.Helper()
	head, rest, ok := strings.Cut(o.text, "<!-- "+name+" -->\n")
	got, tail, ended := strings.Cut(rest, "<!-- end -->")
	if !ok || !ended {
		o.t.Fatalf("the page has no place for the %s", name)
	}
	if *update {
		o.text = head + "<!-- " + name + " -->\n" + want + "<!-- end -->" + tail
		if err := os.WriteFile(o.path, []byte(o.text), 0o644); err != nil {
			o.t.Fatal(err)
		}
	} else if d := cmp.Diff(want, got); d != "" {
		o.t.Errorf("the table of %s is old; write it with -args -update (-want +got):\n%s", name, d)
	}
}

// Who runs it finds every setting, metric and alert on one page. Tables of metrics and alerts are made of what there is:
// `go test ./server -run TestTheOperatorsPage -args -update`.
func TestTheOperatorsPageNamesEverySettingMetricAndAlert(t *testing.T) {
	page := &operations{t: t, path: filepath.Join("..", "docs", "operations.md")}
	text, err := os.ReadFile(page.path)
	if err != nil {
		t.Fatal(err)
	}
	page.text = string(text)

	_, section, _ := strings.Cut(page.text, "\n# Every setting\n")
	section, _, _ = strings.Cut(section, "\n# ")
	told := map[string]bool{}
	for line := range strings.SplitSeq(section, "\n") {
		if first := strings.Split(line, "|"); len(first) > 3 {
			for _, name := range regexp.MustCompile("`([A-Z][A-Z0-9_]+)`").FindAllStringSubmatch(first[1], -1) {
				told[name[1]] = true
			}
		}
	}
	if d := cmp.Diff(slices.Sorted(maps.Keys(askedSettings())), slices.Sorted(maps.Keys(told))); d != "" {
		t.Errorf("the settings that are read and those on the page (-read +page):\n%s", d)
	}

	all := registered(t)
	var rows strings.Builder
	rows.WriteString("| metric | labels | meaning |\n| --- | --- | --- |\n")
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if !strings.HasPrefix(name, "membergate_") {
			continue
		}
		if all[name].help == "" {
			t.Errorf("%s does not say what it counts", name)
		}
		fmt.Fprintf(&rows, "| `%s` | %s | %s |\n", name, strings.Join(all[name].labels, ", "), all[name].help)
	}
	page.table("metrics", rows.String())

	rows.Reset()
	rows.WriteString("| alert | when | what to do |\n| --- | --- | --- |\n")
	seen := map[string]bool{}
	for _, a := range alerts(t) {
		if seen[a.Alert] || a.Annotations["summary"] == "" || a.Annotations["action"] == "" || (a.Labels["severity"] != "page" && a.Labels["severity"] != "ticket") {
			t.Errorf("%s is there twice, or says not what is wrong, what to do, and how soon", a.Alert)
		}
		seen[a.Alert] = true
		fmt.Fprintf(&rows, "| `%s` (%s) | %s | %s |\n", a.Alert, a.Labels["severity"], a.Annotations["summary"], a.Annotations["action"])
	}
	page.table("alerts", rows.String())
}

// askedSettings are the names that the program reads from its environment.
func askedSettings() map[string]bool {
	names := map[string]bool{}
	for _, pairs := range [][]string{nil, {"APP_ENV", "production"}} {
		get := env(pairs...)
		_, _ = readSettings(func(name string) string { names[name] = true; return get(name) })
	}
	return names
}

// usual are the numbers of Prometheus itself, which no registry of ours names.
var usual = map[string]metric{"up": {}}

// Whatever the dashboard and the alerts ask for can be parsed and exists, with the labels that they use.
func TestDashboardAndAlertsAskForWhatThereIs(t *testing.T) {
	all := registered(t)
	maps.Copy(all, usual)
	used := map[string]bool{}
	check := func(where, expr string) {
		parsed, err := metricsql.Parse(strings.NewReplacer("$__rate_interval", "5m", "$operation", ".*").Replace(expr))
		if err != nil {
			t.Errorf("%s: %v in %s", where, err, expr)
			return
		}
		labels := map[string]bool{"job": true, "instance": true, "le": true}
		var wanted []string
		metricsql.VisitAll(parsed, func(e metricsql.Expr) {
			switch e := e.(type) {
			case *metricsql.MetricExpr:
				for _, filters := range e.LabelFilterss {
					for _, f := range filters {
						if f.Label != "__name__" {
							wanted = append(wanted, f.Label)
							continue
						}
						name := f.Value
						if _, ok := all[name]; !ok {
							name = strings.TrimSuffix(name, "_bucket")
						}
						if _, ok := all[name]; !ok {
							t.Errorf("%s: there is no metric %s", where, f.Value)
						}
						used[name] = true
						for _, l := range all[name].labels {
							labels[l] = true
						}
					}
				}
			case *metricsql.AggrFuncExpr:
				wanted = append(wanted, e.Modifier.Args...)
			case *metricsql.BinaryOpExpr:
				wanted = append(wanted, e.GroupModifier.Args...)
			}
		})
		for _, l := range wanted {
			if !labels[l] {
				t.Errorf("%s: none of its metrics has the label %q: %s", where, l, expr)
			}
		}
	}
	for _, a := range alerts(t) {
		check(a.Alert, a.Expr)
	}
	text, err := os.ReadFile(filepath.Join("..", "deploy", "grafana", "membergate.json"))
	if err != nil {
		t.Fatal(err)
	}
	var board struct {
		Panels []struct {
			ID      int
			Title   string
			Targets []struct{ Expr, RefID string }
		}
	}
	if err := json.Unmarshal(text, &board); err != nil {
		t.Fatal(err)
	}
	ids := map[int]bool{}
	for _, p := range board.Panels {
		if ids[p.ID] || p.Title == "" || len(p.Targets) == 0 {
			t.Errorf("the panel %d %q has no number, title or target of its own", p.ID, p.Title)
		}
		ids[p.ID] = true
		for _, target := range p.Targets {
			check(p.Title, target.Expr)
		}
	}
	for name := range all {
		if strings.HasPrefix(name, "membergate_") && !used[name] && name != "membergate_sweep_due" {
			t.Errorf("neither the dashboard nor an alert shows %s", name)
		}
	}
}

// What containers are told fits what the program knows: settings by their names, paths that answer, time enough to stop.
func TestTheManifestsOfContainersFitTheProgram(t *testing.T) {
	read := func(parts ...string) string {
		text, err := os.ReadFile(filepath.Join(append([]string{"..", "deploy"}, parts...)...))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	known := askedSettings()
	name := regexp.MustCompile(`^[A-Z][A-Z0-9_]{3,}$`)
	checkNames := func(where string, names ...string) {
		for _, n := range names {
			if name.MatchString(n) && !known[n] && n != "GOMEMLIMIT" {
				t.Errorf("%s sets %s, which is no setting", where, n)
			}
		}
	}
	kinds := map[string]int{}
	for document := range strings.SplitSeq(read("kubernetes", "membergate.yaml"), "\n---\n") {
		var d struct {
			Kind string
			Data map[string]string
			Spec struct {
				Template struct {
					Spec struct {
						Grace      int `yaml:"terminationGracePeriodSeconds"`
						Containers []struct {
							Name string
							Args []string
							Env  []struct{ Name string }
							Life struct {
								PreStop struct{ Sleep struct{ Seconds int } } `yaml:"preStop"`
							} `yaml:"lifecycle"`
						}
					}
				}
			}
		}
		if err := yaml.Unmarshal([]byte(document), &d); err != nil {
			t.Fatal(err)
		}
		kinds[d.Kind]++
		checkNames(d.Kind, slices.Collect(maps.Keys(d.Data))...)
		for _, c := range d.Spec.Template.Spec.Containers {
			for _, e := range c.Env {
				checkNames(c.Name, e.Name)
			}
			if need := c.Life.PreStop.Sleep.Seconds + int(stopWithin.Seconds()); d.Spec.Template.Spec.Grace <= need {
				t.Errorf("%s is killed after %d s and may need %d", c.Name, d.Spec.Template.Spec.Grace, need)
			}
			if out, log, code := perform(nil, append(c.Args, "--help")...); code != 0 || !strings.Contains(out, "Usage:") {
				t.Errorf("%s runs %q: code %d, %s", c.Name, c.Args, code, log)
			}
		}
	}
	if kinds["Deployment"] != 2 || kinds["ConfigMap"] != 1 || kinds["Service"] != 1 || kinds["NetworkPolicy"] != 1 {
		t.Errorf("the manifests are of %v", kinds)
	}
	var compose struct {
		Services map[string]struct{ Environment map[string]string }
	}
	if err := yaml.Unmarshal([]byte(read("compose.yaml")), &compose); err != nil {
		t.Fatal(err)
	}
	for of, s := range compose.Services {
		checkNames(of, slices.Collect(maps.Keys(s.Environment))...)
	}
	module, err := os.ReadFile(filepath.Join("..", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	version := regexp.MustCompile(`(?m)^go (\S+)$`).FindSubmatch(module)
	if image := read("Dockerfile"); !strings.Contains(image, "FROM golang:"+string(version[1])+" AS build") {
		t.Errorf("the image is not built with Go %s", version[1])
	}
}
