//! Steps and expressions through the whole program.

use crate::tool::{FAILED, Folder, command, event, failed, feed, fine, run};

#[test]
fn changed_lines_are_counted() {
    let input = format!("{}{}", failed(), "{\"verb\":\"get\"}\n");
    let ran = run(&["-s", "drop user"], &input);
    let expected = input.replace(r#""user":{"username":"u"}"#, r#""user":{}"#);
    ran.check(0, &expected);
    assert_eq!(ran.number("changed"), 1);
    assert_eq!(ran.number("kept"), 2);
    let ran = run(&["-s", "-c", "drop user"], &input);
    ran.check(0, "2\n");
    assert_eq!(ran.number("changed"), 1);
}

#[test]
fn head_is_exact() {
    let (folder, mut text) = (Folder::new(), String::new());
    let mut kept = Vec::new();
    for n in 0..20_000 {
        let line = event(if n % 3 == 0 { 403 } else { 200 });
        let id = format!(r#""auditID":"{n}""#);
        let line = line.replace(r#""auditID":"a""#, &id);
        if n % 3 == 0 {
            kept.push(line.clone());
        }
        text.push_str(&line);
    }
    let file = folder.file("a.log", &text);
    for count in [0, 1, 7, 6000, 99_999] {
        let expected = kept[..kept.len().min(count)].concat();
        let steps = format!("{FAILED} | head {count}");
        for threads in ["1", "2", "8"] {
            for operands in [vec![], vec![&file[..]]] {
                let flags = ["--threads", threads, &steps];
                let ran = run(&[&flags[..], &operands].concat(), &text);
                assert_eq!(ran.code, Some(0), "{steps} {}", ran.err);
                assert!(ran.out == expected.as_bytes(), "{steps} {threads}");
            }
        }
    }
}

#[test]
fn head_ends_although_the_input_does_not() {
    let mut child = command(&["head 1"]).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, failed().as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    drop(stdin);
}

#[test]
fn a_file_that_is_no_expression_is_read() {
    let folder = Folder::new();
    folder.file("audit.log", format!("{}{}", fine(), failed()));
    let mut command = command(&["audit.log"]);
    command.current_dir(folder.path(""));
    let ran = feed(command.spawn().unwrap(), b"");
    ran.check(0, &failed());
    assert!(ran.err.contains("`audit.log` is a file"), "{}", ran.err);
}

#[test]
fn any_instruction_set_gives_the_same() {
    let input = format!("{}{}", failed().repeat(50), fine().repeat(50));
    for name in ["scalar", "sse2", "avx2", "avx512"] {
        let mut command = command(&[FAILED]);
        command.env("KAUDIT_FILTER_SIMD", name);
        let ran = feed(command.spawn().unwrap(), input.as_bytes());
        ran.check(0, &failed().repeat(50));
    }
    let mut explained = command(&["--explain", FAILED]);
    explained.env("KAUDIT_FILTER_SIMD", "scalar");
    let ran = feed(explained.spawn().unwrap(), b"");
    assert!(ran.out.ends_with(b"scanner  scalar\n"));
    for wrong in ["mmx", ""] {
        let mut command = command(&[FAILED]);
        command.env("KAUDIT_FILTER_SIMD", wrong);
        let ran = feed(command.spawn().unwrap(), input.as_bytes());
        ran.check(2, "");
        assert!(ran.err.contains("scalar, sse2, avx2"), "{}", ran.err);
    }
}

#[test]
fn definitions_come_from_files() {
    let folder = Folder::new();
    let rules = folder.file("rules.kaf", "let mine = code in (403, 404)\n");
    let log = folder.file("a.log", format!("{}{}", event(500), failed()));
    run(&["-f", &rules, "-x", "mine", &log], "").check(0, &failed());
    // Definitions alone keep everything.
    run(&["-f", &rules, &log], "")
        .check(0, &format!("{}{}", event(500), failed()));
    let ran = run(&["-f", &rules, "-x", "mien", &log], "");
    ran.check(2, "");
    assert!(ran.err.contains("did you mean `mine`?"), "{}", ran.err);
    let more = folder.file("more.kaf", "code >= 400");
    let ran = run(&["-f", &more, "-x", "mine", &log], "");
    ran.check(2, "");
}

#[test]
fn warnings_are_errors_on_demand() {
    let odd = "verb = gett";
    let ran = run(&[odd], fine());
    ran.check(0, "");
    assert!(ran.err.contains("warning"), "{}", ran.err);
    let ran = run(&["-W", "error", odd], fine());
    ran.check(2, "");
    assert!(ran.err.contains("gett"), "{}", ran.err);
    run(&["-W", "error", FAILED], failed()).check(0, &failed());
}

/// Checks that `args` print something with `words` in it, and nothing else.
#[track_caller]
fn check_printed(args: &[&str], words: &[&str]) {
    let ran = run(args, "");
    let out = String::from_utf8(ran.out).unwrap();
    assert_eq!((ran.code, &ran.err[..]), (Some(0), ""), "{args:?}");
    for word in words {
        assert!(out.contains(word), "{args:?}: no `{word}` in\n{out}");
    }
}

#[test]
fn questions_are_answered() {
    check_printed(
        &["--explain", "code >= 400 | drop managedFields | head 3"],
        &["responseStatus.code", "metadata.managedFields", "head", "scanner"],
    );
    check_printed(&["--fields"], &["objectRef.resource", "code", "peer"]);
    check_printed(&["--predicates"], &["exec", "anonymous-user", "failed"]);
    check_printed(&["--show", "exec"], &["exec", "subresource"]);
    let ran = run(&["--show", "exce"], "");
    ran.check(2, "");
    assert!(ran.err.contains("did you mean `exec`?"), "{}", ran.err);
}

#[test]
fn slips_of_the_shell_are_named() {
    // The shell has taken `>=400` for a redirection, `|` for a pipe.
    let ran = run(&["code"], fine());
    ran.check(2, "");
    assert!(ran.err.contains("quote"), "{}", ran.err);
    let ran = run(&["code>=400 drop managedFields"], fine());
    ran.check(2, "");
    let right = "code>=400 | drop managedFields";
    assert!(ran.err.contains(right), "{}", ran.err);
    let ran = run(&[""], fine());
    ran.check(2, "");
    assert!(ran.err.contains("empty"), "{}", ran.err);
}

#[test]
fn a_byte_order_mark_is_no_obstacle_and_stays() {
    let input = format!("\u{feff}{}{}", failed(), failed());
    run(&["--strict", FAILED], &input).check(0, &input);
}
