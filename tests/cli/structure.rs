//! The shape of the code: which room imports which, as the page of the crate says it, and no circles, neither of rooms nor of files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use syn::visit::Visit;

/// Names of a module, each with the path that it stands for; none where it is defined there.
type Names = BTreeMap<String, Option<Vec<String>>>;

struct Module {
    file: String,
    names: Names,
    /// Absolute paths that the code names, without what it only hands on.
    paths: BTreeSet<Vec<String>>,
}

/// All modules of `src` by their paths: `[]` is the crate.
fn modules() -> BTreeMap<Vec<String>, Module> {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
    let mut files = Vec::new();
    collect(&root, &mut files);
    let mut all = BTreeMap::new();
    for file in files {
        let name = file.strip_prefix(&root).unwrap();
        let mut path: Vec<String> = name
            .with_extension("")
            .components()
            .map(|c| c.as_os_str().to_string_lossy().into_owned())
            .collect();
        if path == ["main"] {
            continue;
        }
        if matches!(path.last().map(String::as_str), Some("mod" | "lib")) {
            path.pop();
        }
        let code = syn::parse_file(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let mut reader = Reader {
            module: path.clone(),
            names: Names::new(),
            paths: BTreeSet::new(),
        };
        reader.visit_file(&code);
        let module = Module {
            file: name.display().to_string(),
            names: reader.names,
            paths: reader.paths,
        };
        all.insert(path, module);
    }
    all
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
}

struct Reader {
    module: Vec<String>,
    names: Names,
    paths: BTreeSet<Vec<String>>,
}

impl Reader {
    /// The absolute form of a path that begins with `crate`, `super`, `self` or a name of this module.
    fn absolute(&self, path: &[String]) -> Option<Vec<String>> {
        let mut base = self.module.clone();
        let mut rest = path;
        match path.first()?.as_str() {
            "crate" => base.clear(),
            "self" => {}
            "super" => {
                base.pop();
            }
            _ => return None,
        }
        rest = &rest[1..];
        while rest.first().is_some_and(|s| s == "super") {
            base.pop();
            rest = &rest[1..];
        }
        base.extend(rest.iter().cloned());
        Some(base)
    }

    fn imports(&mut self, tree: &syn::UseTree, prefix: &mut Vec<String>, handed_on: bool) {
        match tree {
            syn::UseTree::Path(p) => {
                prefix.push(p.ident.to_string());
                self.imports(&p.tree, prefix, handed_on);
                prefix.pop();
            }
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.imports(tree, prefix, handed_on);
                }
            }
            syn::UseTree::Name(name) => {
                let name = name.ident.to_string();
                self.import(&name, &name, prefix, handed_on);
            }
            syn::UseTree::Rename(r) => {
                self.import(
                    &r.ident.to_string(),
                    &r.rename.to_string(),
                    prefix,
                    handed_on,
                );
            }
            syn::UseTree::Glob(_) => {}
        }
    }

    fn import(&mut self, name: &str, alias: &str, prefix: &[String], handed_on: bool) {
        let mut path = prefix.to_vec();
        if name != "self" {
            path.push(name.to_owned());
        }
        // What begins with a name is a child module, or another crate, which nothing here is called as.
        let target = self.absolute(&path).unwrap_or_else(|| {
            let mut target = self.module.clone();
            target.extend(path.iter().cloned());
            target
        });
        let alias = if name == "self" { path.last() } else { None }.map_or(alias, |s| s.as_str());
        self.names.insert(alias.to_owned(), Some(target.clone()));
        if !handed_on {
            self.paths.insert(target);
        }
    }
}

/// Code of tests says nothing of the crate's shape.
fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|a| {
        let path = a.path();
        let text = |list: &syn::MetaList| list.tokens.to_string();
        path.is_ident("cfg") && a.meta.require_list().is_ok_and(|l| text(l) == "test")
    })
}

impl<'a> Visit<'a> for Reader {
    fn visit_item(&mut self, item: &'a syn::Item) {
        use syn::Item;
        let (name, attributes) = match item {
            Item::Const(i) => (Some(&i.ident), &i.attrs),
            Item::Enum(i) => (Some(&i.ident), &i.attrs),
            Item::Fn(i) => (Some(&i.sig.ident), &i.attrs),
            Item::Static(i) => (Some(&i.ident), &i.attrs),
            Item::Struct(i) => (Some(&i.ident), &i.attrs),
            Item::Trait(i) => (Some(&i.ident), &i.attrs),
            Item::Type(i) => (Some(&i.ident), &i.attrs),
            Item::Mod(i) => (None, &i.attrs),
            Item::Impl(i) => (None, &i.attrs),
            Item::Use(i) => (None, &i.attrs),
            _ => return,
        };
        if is_test(attributes) {
            return;
        }
        if let Some(name) = name {
            self.names.insert(name.to_string(), None);
        }
        if let Item::Use(item) = item {
            let handed_on = !matches!(item.vis, syn::Visibility::Inherited);
            self.imports(&item.tree, &mut Vec::new(), handed_on);
        }
        syn::visit::visit_item(self, item);
    }

    /// `pub(super)` needs nothing of the module above.
    fn visit_visibility(&mut self, _: &'a syn::Visibility) {}

    fn visit_path(&mut self, path: &'a syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|s| s.ident.to_string()).collect();
        if let Some(absolute) = self.absolute(&segments) {
            self.paths.insert(absolute);
        }
        syn::visit::visit_path(self, path);
    }
}

/// The module in which what `path` names is defined.
fn home(all: &BTreeMap<Vec<String>, Module>, path: &[String], depth: usize) -> Option<Vec<String>> {
    let mut module = path.to_vec();
    while !all.contains_key(&module) {
        module.pop()?;
    }
    let Some(name) = path.get(module.len()) else {
        return Some(module);
    };
    match all[&module].names.get(name) {
        Some(Some(target)) if depth < 8 => home(all, target, depth + 1),
        _ => Some(module),
    }
}

/// Imports of every file: which other files it needs.
fn imports() -> BTreeMap<String, BTreeSet<String>> {
    let all = modules();
    let mut graph = BTreeMap::new();
    for module in all.values() {
        let needs = module.paths.iter().filter_map(|path| {
            let home = home(&all, path, 0)?;
            // A path that leads nowhere but to the crate is another crate's.
            (!home.is_empty()).then(|| all[&home].file.clone())
        });
        let needs = needs.filter(|file| *file != module.file).collect();
        graph.insert(module.file.clone(), needs);
    }
    graph
}

/// What can be reached from a node.
fn reached<'a>(graph: &'a BTreeMap<String, BTreeSet<String>>, from: &str) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<&str> = graph[from].iter().map(String::as_str).collect();
    while let Some(at) = open.pop() {
        if seen.insert(at) {
            open.extend(graph.get(at).into_iter().flatten().map(String::as_str));
        }
    }
    seen
}

/// The circles of the graph: sets of nodes that all reach each other.
fn circles(graph: &BTreeMap<String, BTreeSet<String>>) -> BTreeSet<BTreeSet<&str>> {
    let reach: BTreeMap<&str, BTreeSet<&str>> = graph
        .keys()
        .map(|k| (k.as_str(), reached(graph, k)))
        .collect();
    let of = |k: &&str| -> BTreeSet<&str> {
        let back = |other: &&&str| reach.get(**other).is_some_and(|r| r.contains(k));
        reach[k].iter().filter(back).copied().collect()
    };
    reach
        .keys()
        .filter(|k| reach[*k].contains(*k))
        .map(of)
        .collect()
}

fn room(file: &str) -> String {
    let first = file.split('/').next().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

fn rooms() -> BTreeMap<String, BTreeSet<String>> {
    let mut rooms: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (file, needs) in imports() {
        let own = room(&file);
        let others = needs.iter().map(|f| room(f)).filter(|r| *r != own);
        rooms.entry(own.clone()).or_default().extend(others);
    }
    rooms.remove("lib");
    rooms
}

#[test]
fn the_page_of_the_crate_says_which_room_imports_which() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/lib.rs")).unwrap();
    let mut said = BTreeMap::new();
    for line in page.lines() {
        if let Some((room, needs)) = line.trim_start_matches("//!").split_once('←') {
            let needs: BTreeSet<String> = needs.split_whitespace().map(str::to_owned).collect();
            said.insert(room.trim().to_owned(), needs);
        }
    }
    let found = rooms();
    for (room, needs) in &found {
        println!(
            "{room} ← {}",
            needs.iter().cloned().collect::<Vec<_>>().join(" ")
        );
    }
    assert_eq!(said, found);
}

#[test]
fn no_circle_of_rooms() {
    assert_eq!(circles(&rooms()), BTreeSet::new());
}

/// Nor do files import each other in circles.
#[test]
fn no_circle_of_files() {
    assert_eq!(circles(&imports()), BTreeSet::new());
}

/// The reader sees what there is to see: a circle that is made is found, and known imports are among those read.
#[test]
fn imports_and_circles_are_seen() {
    let graph = imports();
    assert!(graph.len() > 200, "{}", graph.len());
    let of = |file: &str, other: &str| graph[file].contains(other);
    assert!(of("integrate/refine/sums.rs", "integrate/exact.rs"));
    assert!(of("integrate/vectors.rs", "kernel/curvature.rs"));
    assert!(of("cli/mod.rs", "error.rs"), "{:?}", graph["cli/mod.rs"]);
    let mut made = graph.clone();
    made.get_mut("error.rs")
        .unwrap()
        .insert("cli/mod.rs".to_owned());
    assert!(!circles(&made).is_empty());
}
