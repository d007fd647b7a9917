use super::*;

/// Checks the groups of an event, and what is told apart in them.
#[track_caller]
fn check_groups(text: &str, line: &str, groups: &[&str], distinct: &[&str]) {
    let mut judge = judge(text);
    assert_eq!(sent(&mut judge, line), line, "{text}");
    let mut found = Vec::new();
    judge.counted().groups(&mut |group| found.push(group.join("|")));
    assert_eq!(found, groups, "{text}");
    let found: Vec<&str> = judge.counted().distinct().collect();
    assert_eq!(found, distinct, "{text}");
}

#[test]
fn an_event_is_counted_in_its_groups() {
    let line = r#"{"verb":"g\u0065t","user":{"groups":["a","b",null]},"sourceIPs":["1","2"],"requestObject":{"n":1.50,"t":true,"o":{"x":1},"l":[[1],[]]}}"#;
    check_groups("count", line, &[""], &[]);
    check_groups("count by verb", line, &["get"], &[]);
    check_groups("count by verb, ns", line, &["get|-"], &[]);
    check_groups("count by groups", line, &["a", "b", "-"], &[]);
    check_groups(
        "count by sourceip, groups, verb",
        line,
        &["1|a|get", "1|b|get", "1|-|get", "2|a|get", "2|b|get", "2|-|get"],
        &[],
    );
    check_groups(
        "count by request.n, request.t, request.o, request.l",
        line,
        &["1.50|true|{...}|1"],
        &[],
    );
    check_groups("count distinct groups", line, &[""], &["a", "b"]);
    check_groups("count distinct verb by ns top 3", line, &["-"], &["get"]);
    check_groups("count distinct ns by verb", line, &["get"], &[]);
    check_groups("drop ua | mask verb | count by verb", line, &["***"], &[]);
    check_groups("count by res, actor", line, &["-|-"], &[]);
}

#[test]
fn an_event_is_counted_in_so_many_groups() {
    let many = vec!["\"x\""; 300].join(",");
    let line = format!(
        r#"{{"verb":"get","user":{{"groups":[{many}]}},"sourceIPs":[{many}]}}"#
    );
    let mut judge = judge("count by groups, sourceip");
    sent(&mut judge, &line);
    let mut groups = 0;
    judge.counted().groups(&mut |_| groups += 1);
    assert_eq!(groups, Counted::MOST_GROUPS);
}

#[test]
fn a_long_value_is_counted_by_its_beginning() {
    let long = "é".repeat(Counted::MOST_BYTES);
    let mut judge = judge("count by ua");
    sent(&mut judge, &format!(r#"{{"verb":"get","userAgent":"x{long}"}}"#));
    judge.counted().groups(&mut |group| {
        assert_eq!(group[0].len(), Counted::MOST_BYTES - 1);
    });
}
