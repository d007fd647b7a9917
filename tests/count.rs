//! The step `count`: which groups there are, and how they are printed.

use serde_json::{Value, json};

use crate::tool::{self, Folder, command, feed, fine, run, skip};

/// Writes an event with these members, each on a line of its own.
fn log(events: &[Value]) -> String {
    let line = |members: &Value| {
        let mut event =
            json!({"kind": "Event", "auditID": "a", "verb": "get"});
        for (key, value) in members.as_object().unwrap() {
            event[key] = value.clone();
        }
        format!("{event}\n")
    };
    events.iter().map(line).collect()
}

/// Returns an event of each of these users.
fn users(names: &[&str]) -> String {
    let event = |name| json!({"user": {"username": name}});
    let events: Vec<Value> = names.iter().map(event).collect();
    log(&events)
}

/// Checks what `steps` make of `input`.
#[track_caller]
fn check(steps: &str, input: &str, rows: &[&str]) {
    let ran = run(&[steps], input);
    let row = |row: &&str| format!("{row}\n");
    ran.check(0, &rows.iter().map(row).collect::<String>());
    assert_eq!(ran.err, "");
}

#[test]
fn the_largest_group_is_first_and_ties_are_in_order() {
    let input = users(&["b", "a", "c", "c", "B"]);
    let rows = [
        r#"{"count":2,"user":"c"}"#,
        r#"{"count":1,"user":"B"}"#,
        r#"{"count":1,"user":"a"}"#,
        r#"{"count":1,"user":"b"}"#,
    ];
    check("count by user", &input, &rows);
    check("count by user top 2", &input, &rows[..2]);
    check("count by user top 9", &input, &rows);
    check("user = c | count by user", &input, &rows[..1]);
    check("count", &input, &[r#"{"count":5}"#]);
    check("head 3 | count", &input, &[r#"{"count":3}"#]);
    check("sample 2/5 | count", &input, &[r#"{"count":2}"#]);
}

#[test]
fn of_nothing_there_is_one_row_without_keys_and_none_with_keys() {
    check("code = 1 | count", &fine(), &[r#"{"count":0}"#]);
    check("code = 1 | count by user", &fine(), &[]);
    let none = [r#"{"distinct":0}"#];
    check("code = 1 | count distinct user", &fine(), &none);
}

#[test]
fn each_element_of_an_array_is_a_group() {
    let groups = |groups: Value, ips: Value| json!({"user": {"groups": groups}, "sourceIPs": ips});
    let input = log(&[
        groups(json!(["x", "y"]), json!(["1.1.1.1", "2.2.2.2"])),
        groups(json!(["y"]), json!(["2.2.2.2"])),
        groups(json!([]), json!([])),
    ]);
    check(
        "count by groups",
        &input,
        &[
            r#"{"count":2,"groups":"y"}"#,
            r#"{"count":1,"groups":"-"}"#,
            r#"{"count":1,"groups":"x"}"#,
        ],
    );
    check(
        "count by groups, sourceip",
        &input,
        &[
            r#"{"count":2,"groups":"y","sourceip":"2.2.2.2"}"#,
            r#"{"count":1,"groups":"-","sourceip":"-"}"#,
            r#"{"count":1,"groups":"x","sourceip":"1.1.1.1"}"#,
            r#"{"count":1,"groups":"x","sourceip":"2.2.2.2"}"#,
            r#"{"count":1,"groups":"y","sourceip":"1.1.1.1"}"#,
        ],
    );
}

#[test]
fn a_key_that_is_missing_or_null_is_a_dash() {
    let input = log(&[
        json!({"user": {}}),
        json!({"user": {"username": null}}),
        json!({"user": {"username": ""}}),
        json!({}),
    ]);
    let rows = [r#"{"count":3,"user":"-"}"#, r#"{"count":1,"user":""}"#];
    check("count by user", &input, &rows);
}

#[test]
fn fields_of_numbers_are_printed_as_numbers() {
    let code = |code: Value| json!({"responseStatus": {"code": code}});
    let input = log(&[code(json!(403)), code(json!(200)), json!({})]);
    check(
        "count by code",
        &input,
        &[
            r#"{"count":1,"code":"-"}"#,
            r#"{"count":1,"code":200}"#,
            r#"{"count":1,"code":403}"#,
        ],
    );
    let input = log(&[json!({"objectRef": {"name": "12"}})]);
    check("count by name", &input, &[r#"{"count":1,"name":"12"}"#]);
}

#[test]
fn texts_are_read_and_objects_are_not() {
    let body = |data: Value| json!({"requestObject": {"data": data}});
    let input = log(&[
        body(json!({"a": 1})),
        body(json!(true)),
        body(json!(7)),
        body(json!("a \"quote\"\n")),
    ]);
    check(
        "count by request.data",
        &input,
        &[
            r#"{"count":1,"request.data":"7"}"#,
            r#"{"count":1,"request.data":"a \"quote\"\n"}"#,
            r#"{"count":1,"request.data":"true"}"#,
            r#"{"count":1,"request.data":"{...}"}"#,
        ],
    );
    let escaped = users(&["a"]).replace("\"a\"", r#""\u0061""#);
    let input = format!("{}{escaped}", users(&["a"]));
    check("count by user", &input, &[r#"{"count":2,"user":"a"}"#]);
}

#[test]
fn a_long_value_counts_by_its_begin() {
    // A character of two bytes across the border is left out as a whole.
    let begin = format!("{}é", "x".repeat(4095));
    let input = users(&[&format!("{begin}1"), &format!("{begin}2")]);
    let row = format!(r#"{{"count":2,"user":"{}"}}"#, "x".repeat(4095));
    check("count by user", &input, &[&row]);
}

#[test]
fn one_event_has_at_most_65536_groups() {
    let many: Vec<String> = (0..300).map(|n| format!("{n:03}")).collect();
    let input = log(&[json!({"user": {"groups": many}, "sourceIPs": many})]);
    let ran = run(&["count by groups, sourceip"], &input);
    assert_eq!((ran.code, &*ran.err), (Some(0), ""));
    let lines = ran.out.iter().filter(|byte| **byte == b'\n').count();
    assert_eq!(lines, 65_536);
}

#[test]
fn different_values_are_counted_once() {
    let event = |user, name| json!({"user": {"username": user}, "objectRef": {"name": name}});
    let input = log(&[
        event("a", json!("x")),
        event("a", json!("x")),
        event("a", json!("y")),
        event("b", json!("x")),
        event("c", json!(null)),
    ]);
    let rows =
        [r#"{"distinct":2,"user":"a"}"#, r#"{"distinct":1,"user":"b"}"#];
    check("count distinct name by user", &input, &rows);
    check("count distinct name by user top 1", &input, &rows[..1]);
    check("count distinct name", &input, &[r#"{"distinct":2}"#]);
}

#[test]
fn the_other_flags_go_by_events() {
    let input = users(&["a", "b", "b"]);
    run(&["-c", "count by user"], &input).check(0, "3\n");
    run(&["-q", "count by user"], &input).check(0, "");
    run(&["-q", "user = z | count by user"], &input).check(1, "");
    let rows = "{\"count\":2,\"user\":\"b\"}\n";
    run(&["-e", "user = b | count by user"], &input).check(0, rows);
    run(&["-e", "user = z | count"], &input).check(1, "{\"count\":0}\n");
    let ran = run(&["-s", "count by user"], &input);
    assert_eq!(ran.number("kept"), 3, "{}", ran.err);
    assert_eq!(ran.number("changed"), 0, "{}", ran.err);
}

#[test]
fn what_finds_no_room_is_in_the_last_row() {
    let input = users(&["a", "b", "c", "c", "c", "d", "a"]);
    let ran = run(&["--max-groups", "2", "count by user, verb"], &input);
    ran.check(
        0,
        "{\"count\":2,\"user\":\"a\",\"verb\":\"get\"}\n\
         {\"count\":1,\"user\":\"b\",\"verb\":\"get\"}\n\
         {\"count\":4,\"user\":\"(other)\",\"verb\":\"(other)\"}\n",
    );
    let sentence = "more groups than --max-groups; what found no room is \
                    counted as (other)";
    assert!(ran.err.contains(sentence), "{}", ran.err);
    // What `top` leaves out has found room.
    let ran = run(&["--max-groups", "2", "count by user top 1"], &input);
    ran.check(
        0,
        "{\"count\":2,\"user\":\"a\"}\n{\"count\":4,\"user\":\"(other)\"}\n",
    );
    let ran = run(&["--max-groups", "4", "count by user top 1"], &input);
    ran.check(0, "{\"count\":3,\"user\":\"c\"}\n");
    assert_eq!(ran.err, "");
}

#[test]
fn different_values_need_room_too() {
    let input = users(&["a", "b", "c", "c"]);
    let ran = run(&["--max-groups", "2", "count distinct user"], &input);
    ran.check(0, "{\"distinct\":2}\n");
    assert!(ran.err.contains("different values only"), "{}", ran.err);
    run(&["--max-groups", "3", "count distinct user"], &input)
        .check(0, "{\"distinct\":3}\n");
}

#[test]
fn any_number_of_threads_prints_the_same_table() {
    let names: Vec<String> =
        (0..30_000).map(|n| format!("user-{}", n * n % 977)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (folder, text) = (Folder::new(), users(&names));
    let file = folder.file("a.log", &text);
    for steps in
        ["count by user", "count by user top 7", "count distinct user by verb"]
    {
        for room in ["1000000", "40"] {
            let flags = ["--max-groups", room, "--threads"];
            let args = |threads| [&flags[..], &[threads, steps]].concat();
            let expected = run(&args("1"), &text).out;
            assert!(!expected.is_empty(), "{steps}");
            for threads in ["1", "2", "8"] {
                let read = run(&[&args(threads)[..], &[&file]].concat(), "");
                assert!(read.out == expected, "{steps} {room} {threads}");
                let piped = run(&args(threads), &text);
                assert!(piped.out == expected, "{steps} {room} {threads}");
            }
        }
    }
}

#[test]
fn a_broken_line_is_counted_by_what_can_be_read() {
    let whole = users(&["a"]);
    let cut = whole.find(r#","verb""#).unwrap();
    assert!(whole.find("user").unwrap() < cut, "{whole}");
    let input = format!("{whole}{}", &whole[..cut]);
    let rows = "{\"count\":2,\"user\":\"a\"}\n";
    run(&["count by user"], &input).check(0, rows);
    // What is not known passes, unless asked otherwise, and has no key.
    let rows =
        "{\"count\":1,\"verb\":\"-\"}\n{\"count\":1,\"verb\":\"get\"}\n";
    run(&["count by verb"], &input).check(0, rows);
    let rows = "{\"count\":1,\"verb\":\"get\"}\n";
    run(&["--on-invalid", "skip", "count by verb"], &input).check(0, rows);
}

#[test]
fn a_table_goes_to_a_terminal() {
    if !tool::has("script") {
        return skip("script, which has a terminal, does not start");
    }
    let folder = Folder::new();
    let names = ["bob", "bob", "a\u{1b}[31m", "x"];
    let file = folder.file("a.log", users(&names));
    let program = env!("CARGO_BIN_EXE_kaudit-filter");
    let line = format!("'{program}' 'count by user, verb' '{file}'");
    let mut command = std::process::Command::new("script");
    command.args(["-qec", &line, "/dev/null"]);
    let output = command.stdin(std::process::Stdio::null()).output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    let expected = "count  user         verb\n\
                    \x20   2  bob          get\n\
                    \x20   1  a\\u{1b}[31m  get\n\
                    \x20   1  x            get\n";
    assert_eq!(shown.replace("\r\n", "\n"), expected);
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn an_endless_input_is_counted_up_to_head() {
    let mut child = command(&["head 2 | count by user"]).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let lines = users(&["a", "a", "a"]);
    std::io::Write::write_all(&mut stdin, lines.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.stdout, b"{\"count\":2,\"user\":\"a\"}\n");
    drop(stdin);
    let all = feed(command(&["count"]).spawn().unwrap(), lines.as_bytes());
    all.check(0, "{\"count\":3}\n");
}
