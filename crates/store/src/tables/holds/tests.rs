//! Limits are kept, whatever happens to those who hold a part of them.

use super::*;
use crate::Store;
use crate::tables::usage::tests::sample;
use crate::testing::scratch;
use inkhorn_fault::Code;

const MONTH: Range<i64> = 1_000..2_000;

fn limit<'b>(name: &'b str, scope: &'b BudgetScope, most: i64) -> Limit<'b> {
    Limit { name, scope, times: MONTH, most: Money(most), warn: &[50, 100] }
}

fn want(worst: Option<i64>, least: i64) -> Want<'static> {
    let subject = BudgetSubject { connection: Some("openai"), model: "m", feature: "desk", app: None };
    Want { time: 1_500, subject, worst: worst.map(Money), least: Money(least) }
}

fn spent(cost: Option<i64>) -> UsageRow {
    UsageRow { cost: cost.map(Money), ..sample(1_500, "m") }
}

fn held(store: &Store, want: &Want<'_>, limits: &[Limit<'_>]) -> Option<Held> {
    match store.hold_usage(want, limits).unwrap() {
        Verdict::Held(held) => Some(held),
        Verdict::Over(_) => None,
    }
}

#[test]
fn what_is_held_and_what_is_spent_never_come_to_more_than_the_limit() {
    let (dir, one) = scratch();
    let other = Store::open(dir.path()).unwrap();
    let (all, scope) = (BudgetScope::All, "connection:openai".parse().unwrap());
    let passed = std::sync::atomic::AtomicU32::new(0);
    // Forty requests at once from two processes; each holds ten and spends seven, and there is room for a hundred.
    std::thread::scope(|threads| {
        for n in 0..40 {
            let store = if n % 2 == 0 { &one } else { &other };
            let (all, scope, passed) = (&all, &scope, &passed);
            threads.spawn(move || {
                let limits = [limit("all/month", all, 100), limit("connection:openai/month", scope, 1_000)];
                let Some(held) = held(store, &want(Some(10), 10), &limits) else { return };
                passed.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                let standing = store.budget_standing(&limits).unwrap()[0];
                assert!(standing.spent + standing.held <= 100, "{standing:?}");
                store.append_usage_held(&spent(Some(7)), Some(held.id), &limits).unwrap();
            });
        }
    });
    let limits = [limit("all/month", &all, 100)];
    let standing = one.budget_standing(&limits).unwrap()[0];
    let passed = i128::from(passed.into_inner());
    assert_eq!((standing.spent, standing.held), (7 * passed, 0));
    // Another one fitted in as long as ten were left.
    assert!((10..=13).contains(&passed), "{passed} passed");
}

#[test]
fn an_answer_without_a_limit_takes_what_is_left_and_no_less_than_the_least() {
    let (_dir, store) = scratch();
    let all = BudgetScope::All;
    let limits = [limit("all/month", &all, 100)];
    assert_eq!(held(&store, &want(Some(60), 5), &limits).unwrap().amount, Money(60));
    assert_eq!(held(&store, &want(Some(60), 5), &limits).unwrap().amount, Money(40));
    let over = store.hold_usage(&want(Some(60), 5), &limits).unwrap();
    assert_eq!(over, Verdict::Over(Over { limit: 0, spent: 0, held: 100 }));
    // What costs nothing passes where nothing is left; what nobody prices passes nowhere.
    assert!(held(&store, &want(Some(0), 0), &limits).is_some());
    assert!(held(&store, &want(None, 0), &[limit("all/month", &all, i64::MAX)]).is_none());
}

#[test]
fn only_what_a_limit_covers_counts_for_it() {
    let (_dir, store) = scratch();
    let scopes: Vec<BudgetScope> = ["app:vim", "model:openai/other", "model:openai/m", "feature:desk"]
        .map(|scope| scope.parse().unwrap())
        .into();
    let limits: Vec<Limit<'_>> = scopes.iter().map(|scope| limit("n", scope, 100)).collect();
    held(&store, &want(Some(10), 10), &limits).unwrap();
    store.append_usage(&spent(Some(7))).unwrap();
    let earlier = UsageRow { time: MONTH.start - 1, ..spent(Some(50)) };
    let later = UsageRow { time: MONTH.end, ..spent(Some(50)) };
    store.append_usage(&earlier).unwrap();
    store.append_usage(&later).unwrap();
    store.append_usage(&spent(None)).unwrap();
    let standing = store.budget_standing(&limits).unwrap();
    let figures: Vec<_> = standing.iter().map(|one| (one.spent, one.held, one.unpriced)).collect();
    assert_eq!(figures, [(0, 0, 0), (0, 0, 0), (7, 10, 1), (7, 10, 1)]);
}

#[test]
fn what_a_dead_process_held_counts_no_more() {
    let (dir, store) = scratch();
    let all = BudgetScope::All;
    let limits = [limit("all/month", &all, 100)];
    let dying = Store::open(dir.path()).unwrap();
    held(&dying, &want(Some(100), 100), &limits).unwrap();
    assert!(held(&store, &want(Some(10), 10), &limits).is_none(), "the other one lives");
    // What a kill leaves: the row, and no lock. A store that closes well takes its rows with it.
    store
        .change_usage(|db| db.execute("UPDATE hold SET owner = 'dead'", []).map(drop).map_err(from_sqlite))
        .unwrap();
    assert_eq!(store.budget_standing(&limits).unwrap()[0].held, 0);
    assert!(held(&store, &want(Some(100), 100), &limits).is_some());
    drop(dying);
    let rows = |store: &Store| store.read_usage(load_holds).unwrap().len();
    assert_eq!(rows(&store), 1);
    drop(store);
    assert_eq!(rows(&Store::open(dir.path()).unwrap()), 0, "a good end gives everything back");
}

#[test]
fn leave_for_one_request_is_used_by_one() {
    let (dir, store) = scratch();
    let other = Store::open(dir.path()).unwrap();
    let all = BudgetScope::All;
    let limits = [limit("all/month", &all, 5)];
    assert!(held(&store, &want(Some(10), 10), &limits).is_none());
    store.allow_once("all/month", MONTH.end).unwrap();
    assert!(other.budget_standing(&limits).unwrap()[0].pass);
    // One that fits by itself does not use it up.
    assert!(held(&store, &want(Some(1), 1), &limits).unwrap().passed.is_empty());
    // Nor one that another limit refuses in the end.
    let strict = [limits[0].clone(), limit("strict/month", &all, 0)];
    assert!(held(&store, &want(Some(10), 10), &strict).is_none());
    let passed: usize = std::thread::scope(|threads| {
        let tries: Vec<_> = (0..20)
            .map(|n| {
                let (store, limits) = (if n % 2 == 0 { &store } else { &other }, &limits);
                threads.spawn(move || held(store, &want(Some(10), 10), limits).is_some())
            })
            .collect();
        tries.into_iter().map(|one| usize::from(one.join().unwrap())).sum()
    });
    assert_eq!(passed, 1);
    store.allow_once("all/month", MONTH.start).unwrap();
    assert!(!store.budget_standing(&limits).unwrap()[0].pass, "leave of an earlier period is over");
    assert!(held(&store, &want(Some(10), 10), &limits).is_none());
}

#[test]
fn what_is_reached_is_told_once_in_a_period() {
    let (dir, store) = scratch();
    let other = Store::open(dir.path()).unwrap();
    let all = BudgetScope::All;
    let limits = [limit("all/month", &all, 10)];
    let percents = |reached: Vec<Reached>| -> Vec<u8> { reached.iter().map(|one| one.percent).collect() };
    let spend = |store: &Store, cost| {
        let held = held(store, &want(Some(cost), cost), &limits).unwrap();
        percents(store.append_usage_held(&spent(Some(cost)), Some(held.id), &limits).unwrap())
    };
    assert!(spend(&store, 4).is_empty());
    assert_eq!(spend(&other, 1), [50]);
    assert!(spend(&store, 1).is_empty(), "said by the other one already");
    assert_eq!(spend(&store, 4), [100]);
    // Reading takes nothing away: only what was told is told no more.
    let untold = |store: &Store| store.read_usage(|db| untold(db, 1_600)).unwrap();
    let both = untold(&other);
    assert_eq!((percents(both.clone()), untold(&store)), (vec![50, 100], both.clone()));
    store.note_told(&both[..1], 1_600).unwrap();
    assert_eq!(percents(untold(&other)), [100]);
    other.note_told(&both, 1_600).unwrap();
    assert!(untold(&store).is_empty() && !store.read_usage(|db| any_reached(db, 1_600)).unwrap());
    // A raised limit, and the next period, are told anew.
    let raised = [limit("all/month", &all, 20)];
    assert_eq!(percents(store.append_usage_held(&spent(Some(0)), None, &raised).unwrap()), [50]);
    let next = [Limit { times: 2_000..3_000, ..limit("all/month", &all, 10) }];
    let row = UsageRow { time: 2_000, ..spent(Some(10)) };
    assert_eq!(percents(store.append_usage_held(&row, None, &next).unwrap()), [50, 100]);
}

#[test]
fn what_others_spend_counts_at_once() {
    let (dir, store) = scratch();
    let other = Store::open(dir.path()).unwrap();
    let all = BudgetScope::All;
    let limits = [limit("all/month", &all, 100)];
    // Each knows the sum, and then the other one changes it.
    for round in 0..10 {
        let (one, two) = if round % 2 == 0 { (&store, &other) } else { (&other, &store) };
        let mine = held(one, &want(Some(10), 10), &limits).unwrap();
        one.append_usage_held(&spent(Some(10)), Some(mine.id), &limits).unwrap();
        let Verdict::Over(over) = two.hold_usage(&want(Some(1_000), 1_000), &limits).unwrap() else {
            panic!("does not fit")
        };
        assert_eq!(over.spent, 10 * (round + 1));
    }
    assert!(held(&store, &want(Some(1), 1), &limits).is_none());
}

#[test]
fn a_row_that_could_not_be_written_holds_nothing() {
    let (_dir, store) = scratch();
    let all = BudgetScope::All;
    let limits = [limit("all/month", &all, 10)];
    let mine = held(&store, &want(Some(10), 10), &limits).unwrap();
    let run = |sql: &str| store.change_usage(|db| db.execute_batch(sql).map_err(from_sqlite)).unwrap();
    run("CREATE TRIGGER full BEFORE INSERT ON usage BEGIN SELECT RAISE(ABORT, 'no'); END");
    let failed = store.append_usage_held(&spent(Some(3)), Some(mine.id), &limits);
    assert_eq!(failed.map_err(|fault| fault.code()), Err(Code::Damaged));
    run("DROP TRIGGER full");
    let again = held(&store, &want(Some(10), 10), &limits).expect("nothing is held any more");
    store.append_usage_held(&spent(Some(3)), Some(again.id), &limits).unwrap();
    assert_eq!(store.budget_standing(&limits).unwrap()[0], Standing { spent: 3, ..Standing::default() });
    store.read_usage(crate::tables::usage_days::verify).unwrap();
}
