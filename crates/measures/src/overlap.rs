//! What several breakdowns of the same thing give away together, and the parts that are put together so that they do not.
//!
//! Every breakdown by itself is safe: each part stands above the floor, and so does each union of parts. Two of them
//! together are not. If all that one area does is `scope`, then `scope` less that area is known, and it may be one
//! person's. What can be worked out of two breakdowns is exactly: some parts of the one, less parts of the other that lie
//! within them. (Any weights of the parts that give 0 or 1 everywhere come apart into such differences.) Intersections are
//! among these, since where two parts cover everything, their intersection is one of them less all the others.
//!
//! **What is looked at.** For each choice of parts of the one breakdown, all parts of the other that lie within it are
//! taken away. What remains must be nothing or stand above the floor. It is enough to look at remainders in which no other
//! one lies, since the rest of such a one is a remainder too. Of three breakdowns, single parts are looked at: one less
//! two others within it, two less another within them.
//!
//! **What is done.** Where a remainder lies below the floor, a part that is inside is put together with one that is
//! outside, in whichever breakdown that costs fewer decisions their name; and everything is looked at again. It ends,
//! since parts only become fewer.
//!
//! **What it does not see.** Sums of parts from three breakdowns or more beyond those above. And only numbers of the same
//! kind can be subtracted from one another: of what lies between answered questions and all questions, say, the size is
//! known (it is an outcome that is published), and nothing else.

mod signals;

use rustc_hash::{FxHashMap, FxHashSet};
use sayso_model::privacy::{Floor, Group};

use crate::privacy::NONE;

pub(crate) use signals::keep_apart;

/// Of how many parts every choice is looked at. All breakdowns but the weeks have fewer, and the weeks are only ever looked
/// at beside others.
const CHOICES_OF_MAX: usize = 14;

/// Things that have been parted in several ways, such as decisions by matter and by area.
pub(crate) trait Things {
    /// Who stands behind each group of things. `group_of` says for each thing its group, [`NONE`] for none.
    fn census(&self, group_of: &[u32], n_groups: usize) -> Vec<Group>;

    /// The cells as things, where a census of cells is cheaper than one of all that lie in them; it must not differ.
    /// `cell_of` says for each thing its cell, [`NONE`] for none.
    fn by_cell(&self, _cell_of: &[u32], _n_cells: usize) -> Option<Box<dyn Things + '_>> {
        None
    }
}

/// One breakdown. A thing that is left out of one breakdown is left out of all.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parting<'a> {
    /// The part of each thing, [`NONE`] where it is left out.
    pub(crate) slot_of: &'a [u32],
    /// How many parts there are.
    pub(crate) n: usize,
    /// The part that is a pool already.
    pub(crate) pool: Option<u32>,
}

/// Which parts of each breakdown have to be put together, with the pool among them where there is one; none of a breakdown
/// that may be shown as it is.
pub(crate) fn put_together(things: &impl Things, floor: Floor, partings: &[Parting<'_>]) -> Vec<Vec<bool>> {
    let mut control = Control::new(things, floor, partings);
    control.bring_within_reach();
    while let Some(leak) = control.leak() {
        control.mend(&leak);
    }
    control.parts.into_iter().map(|parts| if parts.changed { parts.pooled } else { vec![false; parts.n] }).collect()
}

/// A remainder below the floor of two breakdowns with as many parts each, where putting parts together is no way out: the
/// parts of the first that hold it, and the parts of the second that are taken from them.
pub(crate) fn leak_between(things: &impl Things, floor: Floor, partings: [Parting<'_>; 2]) -> Option<[Vec<u32>; 2]> {
    let control = Control::new(things, floor, &partings);
    let mut leak = control.leak_of_two([0, 1])?.0;
    leak.sort_unstable_by_key(|(at, _)| *at);
    let (taken, from) = (leak.pop()?.1, leak.pop()?.1);
    Some([from, taken])
}

/// The parts of one breakdown, while some are being put together.
struct Parts<'a> {
    slot_of: &'a [u32],
    n: usize,
    pooled: Vec<bool>,
    changed: bool,
    /// Decisions of each part.
    sizes: Vec<u64>,
}

/// A remainder below the floor: of some breakdowns, which parts it is made with.
struct Leak(Vec<(usize, Vec<u32>)>);

struct Control<'a, T> {
    things: &'a T,
    floor: Floor,
    parts: Vec<Parts<'a>>,
}

impl Parts<'_> {
    fn pool(&self) -> Option<u32> {
        self.pooled.iter().position(|&pooled| pooled).map(|at| at as u32)
    }

    /// As which part each one is shown: those that are put together go by the first of them.
    fn shown(&self) -> Vec<u32> {
        let pool = self.pool();
        let shown = self.pooled.iter().enumerate();
        shown.map(|(at, &pooled)| pool.filter(|_| pooled).unwrap_or(at as u32)).collect()
    }

    /// The parts that are shown.
    fn live(&self) -> Vec<u32> {
        self.shown()
            .into_iter()
            .enumerate()
            .filter(|(at, shown)| *at as u32 == *shown)
            .map(|(_, shown)| shown)
            .collect()
    }

    /// The cheapest way to put one of the chosen parts together with another: how many decisions lose their name, and what
    /// to pool. `None` where every part is chosen, or none.
    fn cheapest(&self, chosen: &[u32]) -> Option<(u64, Vec<u32>)> {
        let size = |slot: u32| self.sizes[slot as usize];
        let smallest = |inside: bool| {
            let named = (0..self.n as u32).filter(|&slot| !self.pooled[slot as usize]);
            named.filter(|slot| chosen.contains(slot) == inside).min_by_key(|&slot| (size(slot), slot))
        };
        match self.pool() {
            Some(pool) => smallest(!chosen.contains(&pool)).map(|slot| (size(slot), vec![slot])),
            None => {
                let (inside, outside) = (smallest(true)?, smallest(false)?);
                Some((size(inside) + size(outside), vec![inside, outside]))
            }
        }
    }

    fn put(&mut self, slots: &[u32]) {
        for &slot in slots {
            self.pooled[slot as usize] = true;
        }
        self.changed = true;
    }
}

impl<'a, T: Things> Control<'a, T> {
    fn new(things: &'a T, floor: Floor, partings: &[Parting<'a>]) -> Self {
        let parts = partings.iter().map(|&Parting { slot_of, n, pool }| {
            let pooled = (0..n as u32).map(|slot| pool == Some(slot)).collect();
            let sizes = things.census(slot_of, n).iter().map(|group| group.decisions).collect();
            Parts { slot_of, n, pooled, changed: false, sizes }
        });
        Self { things, floor, parts: parts.collect() }
    }

    /// Only one breakdown may have more parts than can be looked at in every choice.
    fn bring_within_reach(&mut self) {
        let largest = (0..self.parts.len()).max_by_key(|&at| self.parts[at].n);
        for (_, parts) in self.parts.iter_mut().enumerate().filter(|(at, _)| Some(*at) != largest) {
            while parts.live().len() > CHOICES_OF_MAX {
                let named = (0..parts.n as u32).filter(|&slot| !parts.pooled[slot as usize]);
                let Some(smallest) = named.min_by_key(|&slot| (parts.sizes[slot as usize], slot)) else { break };
                parts.put(&[smallest]);
            }
        }
    }

    fn leak(&self) -> Option<Leak> {
        let n = self.parts.len();
        let two = (0..n).flat_map(|a| (a + 1..n).map(move |b| [a, b]));
        let three = (0..n).flat_map(|a| (a + 1..n).flat_map(move |b| (b + 1..n).map(move |c| [a, b, c])));
        let of_two = two.filter_map(|pair| self.leak_of_two(pair)).next();
        of_two.or_else(|| three.filter_map(|triple| self.leak_of_three(triple)).next())
    }

    /// Puts together what costs least. There always is something, since what is taken away is not the whole of its
    /// breakdown; were there nothing, everything would go.
    fn mend(&mut self, Leak(leak): &Leak) {
        let ways = leak.iter().filter_map(|(at, chosen)| {
            let (cost, slots) = self.parts[*at].cheapest(chosen)?;
            Some((cost, *at, slots))
        });
        match ways.min() {
            Some((_, at, slots)) => self.parts[at].put(&slots),
            None => self.parts.iter_mut().for_each(|parts| parts.put(&(0..parts.n as u32).collect::<Vec<_>>())),
        }
    }

    fn leak_of_two(&self, mut pair: [usize; 2]) -> Option<Leak> {
        // Choices are made of the one with fewer parts.
        pair.sort_by_key(|&at| self.parts[at].live().len());
        let joint = Joint::of(self.things, pair.map(|at| &self.parts[at]));
        let mut cleared: Vec<Bits> = Vec::new();
        for (from, taken) in joint.choices() {
            let mut remainder = joint.union(0, &from);
            remainder.take(&joint.union(1, &taken));
            if remainder.is_empty() || cleared.iter().any(|inner| inner.is_within(&remainder)) {
                continue;
            }
            if !self.may_remain(&joint, &remainder) {
                return Some(self.leak_of(pair, [from, taken]));
            }
            cleared.push(remainder);
        }
        None
    }

    fn leak_of_three(&self, triple: [usize; 3]) -> Option<Leak> {
        let joint = Joint::of(self.things, triple.map(|at| &self.parts[at]));
        let mut cleared: FxHashSet<Bits> = FxHashSet::default();
        for [a, b, c] in [[0, 1, 2], [1, 0, 2], [2, 0, 1]] {
            for (x, more) in &joint.parts[a] {
                for (y, one) in &joint.parts[b] {
                    for (z, other) in &joint.parts[c] {
                        let remainders = [joint.less_both(more, one, other), joint.both_less(one, other, more)];
                        for remainder in remainders.into_iter().flatten() {
                            // What holds a whole part stands above the floor with it.
                            let holds_a_part =
                                || joint.parts.iter().flatten().any(|(_, part)| part.is_within(&remainder));
                            if remainder.is_empty() || cleared.contains(&remainder) || holds_a_part() {
                                continue;
                            }
                            if !self.may_remain(&joint, &remainder) {
                                return Some(
                                    self.leak_of([triple[a], triple[b], triple[c]], [vec![*x], vec![*y], vec![*z]]),
                                );
                            }
                            cleared.insert(remainder);
                        }
                    }
                }
            }
        }
        None
    }

    fn may_remain<const K: usize>(&self, joint: &Joint<'_, K>, remainder: &Bits) -> bool {
        if let Some(cells) = &joint.cells {
            let chosen = (0..joint.n_cells as u32).map(|cell| if remainder.has(cell) { 0 } else { NONE });
            return self.floor.lets_remain(cells.census(&chosen.collect::<Vec<u32>>(), 1)[0]);
        }
        let cells = joint.cell_of.iter();
        let group_of: Vec<u32> =
            cells.map(|&cell| if cell != NONE && remainder.has(cell) { 0 } else { NONE }).collect();
        self.floor.lets_remain(self.things.census(&group_of, 1)[0])
    }

    /// With the parts as they are shown, all that is put together counts as chosen when it is.
    fn leak_of<const K: usize>(&self, at: [usize; K], chosen: [Vec<u32>; K]) -> Leak {
        let parts = at.into_iter().zip(chosen).map(|(at, chosen)| {
            let shown = self.parts[at].shown();
            (at, (0..self.parts[at].n as u32).filter(|&slot| chosen.contains(&shown[slot as usize])).collect())
        });
        Leak(parts.collect())
    }
}

/// Where the parts of several breakdowns meet.
struct Joint<'t, const K: usize> {
    /// The cell of each thing.
    cell_of: Vec<u32>,
    /// The cells as things.
    cells: Option<Box<dyn Things + 't>>,
    n_cells: usize,
    /// For each breakdown its parts as they are shown, with their cells.
    parts: [Vec<(u32, Bits)>; K],
}

impl<'t, const K: usize> Joint<'t, K> {
    fn of(things: &'t impl Things, parts: [&Parts<'_>; K]) -> Self {
        let shown = parts.map(Parts::shown);
        let mut numbers: FxHashMap<[u32; K], u32> = FxHashMap::default();
        let n_things = parts.first().map_or(0, |parts| parts.slot_of.len());
        let cell_of: Vec<u32> = (0..n_things)
            .map(|thing| {
                let slots = parts.map(|parts| parts.slot_of[thing]);
                if slots.contains(&NONE) {
                    return NONE;
                }
                let cell = std::array::from_fn(|at| shown[at][slots[at] as usize]);
                let next = numbers.len() as u32;
                *numbers.entry(cell).or_insert(next)
            })
            .collect();
        let cells = things.by_cell(&cell_of, numbers.len());
        let mut joint =
            Self { cell_of, cells, n_cells: numbers.len(), parts: parts.map(|parts| Vec::with_capacity(parts.n)) };
        for (at, parts) in parts.iter().enumerate() {
            joint.parts[at] = parts.live().into_iter().map(|slot| (slot, Bits::none_of(joint.n_cells))).collect();
        }
        for (cell, number) in numbers {
            for (parts, slot) in joint.parts.iter_mut().zip(cell) {
                if let Ok(at) = parts.binary_search_by_key(&slot, |(slot, _)| *slot) {
                    parts[at].1.add(number);
                }
            }
        }
        joint
    }

    /// Some parts of the first breakdown, fewest first, and the parts of the second that lie within them; where there are
    /// any, and neither is everything.
    fn choices(&self) -> Vec<(Vec<u32>, Vec<u32>)> {
        let few = &self.parts[0];
        // Which parts of the first breakdown each part of the second meets.
        let meets = self.parts[1].iter().map(|(slot, cells)| {
            let parts = few.iter().enumerate().filter(|(_, (_, part))| part.meets(cells));
            (*slot, parts.fold(0_u64, |mask, (at, _)| mask | 1 << at))
        });
        let meets: Vec<(u32, u64)> = meets.collect();
        let mut masks: Vec<u64> = (1..(1_u64 << few.len().min(63)) - 1).collect();
        masks.sort_by_key(|mask| mask.count_ones());
        let choices = masks.into_iter().filter_map(|mask| {
            let taken: Vec<u32> = meets.iter().filter(|(_, of)| of & !mask == 0).map(|(slot, _)| *slot).collect();
            let from = few.iter().enumerate().filter(|(at, _)| mask & (1 << at) != 0).map(|(_, (slot, _))| *slot);
            (!taken.is_empty()).then(|| (from.collect(), taken))
        });
        choices.collect()
    }

    /// The cells of some parts of a breakdown.
    fn union(&self, at: usize, chosen: &[u32]) -> Bits {
        let parts = self.parts[at].iter().filter(|(slot, _)| chosen.contains(slot));
        parts.fold(self.none(), |mut all, (_, part)| {
            all.join(part);
            all
        })
    }

    /// A part less two others, where these lie within it and do not meet.
    fn less_both(&self, from: &Bits, one: &Bits, other: &Bits) -> Option<Bits> {
        (one.is_within(from) && other.is_within(from) && !one.meets(other)).then(|| {
            let mut remainder = from.clone();
            remainder.take(one);
            remainder.take(other);
            remainder
        })
    }

    /// Two parts less a third, where it lies within them and holds all that they share.
    fn both_less(&self, one: &Bits, other: &Bits, taken: &Bits) -> Option<Bits> {
        let mut both = one.clone();
        both.join(other);
        let mut shared = one.clone();
        shared.keep(other);
        (taken.is_within(&both) && shared.is_within(taken)).then(|| {
            both.take(taken);
            both.join(&shared);
            both
        })
    }

    fn none(&self) -> Bits {
        Bits::none_of(self.n_cells)
    }
}

/// A set of cells.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Bits(Vec<u64>);

impl Bits {
    fn none_of(n: usize) -> Self {
        Self(vec![0; n.div_ceil(64)])
    }

    fn add(&mut self, at: u32) {
        self.0[at as usize / 64] |= 1 << (at % 64);
    }

    fn has(&self, at: u32) -> bool {
        self.0[at as usize / 64] & (1 << (at % 64)) != 0
    }

    fn is_empty(&self) -> bool {
        self.0.iter().all(|&word| word == 0)
    }

    fn is_within(&self, other: &Bits) -> bool {
        self.0.iter().zip(&other.0).all(|(one, other)| one & !other == 0)
    }

    fn meets(&self, other: &Bits) -> bool {
        self.0.iter().zip(&other.0).any(|(one, other)| one & other != 0)
    }

    fn join(&mut self, other: &Bits) {
        self.0.iter_mut().zip(&other.0).for_each(|(one, other)| *one |= other);
    }

    fn keep(&mut self, other: &Bits) {
        self.0.iter_mut().zip(&other.0).for_each(|(one, other)| *one &= other);
    }

    fn take(&mut self, other: &Bits) {
        self.0.iter_mut().zip(&other.0).for_each(|(one, other)| *one &= !other);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// One decision each, of one person each unless it says otherwise.
    struct Decided(Vec<u32>);

    impl Things for Decided {
        fn census(&self, group_of: &[u32], n_groups: usize) -> Vec<Group> {
            let group = |group: u32| {
                let people = self.0.iter().zip(group_of).filter(|(_, of)| **of == group).map(|(person, _)| *person);
                let mut people: Vec<u32> = people.collect();
                let decisions = people.len() as u64;
                people.sort_unstable();
                let largest = people.chunk_by(|a, b| a == b).map(|of_one| of_one.len() as u64).max().unwrap_or(0);
                people.dedup();
                let dominance = Group::dominance_of(largest, decisions);
                Group { persons: people.len() as u64, decisions, dominance }
            };
            (0..n_groups as u32).map(group).collect()
        }
    }

    fn parting(slot_of: &[u32]) -> Parting<'_> {
        let n = slot_of.iter().filter(|&&slot| slot != NONE).max().map_or(0, |&last| last as usize + 1);
        Parting { slot_of, n, pool: None }
    }

    /// So many decisions in each cell of two breakdowns, of ten people in turn.
    fn cells(cells: &[(u32, u32, usize)]) -> (Decided, Vec<u32>, Vec<u32>) {
        let each = || cells.iter().flat_map(|&(p, q, n)| std::iter::repeat_n((p, q), n));
        let people = (0..each().count() as u32).map(|i| i % 10).collect();
        (Decided(people), each().map(|(p, _)| p).collect(), each().map(|(_, q)| q).collect())
    }

    fn run(of: &[(u32, u32, usize)]) -> [Vec<bool>; 2] {
        let (things, a, b) = cells(of);
        let together = put_together(&things, Floor::DEFAULT, &[parting(&a), parting(&b)]);
        [together[0].clone(), together[1].clone()]
    }

    #[test]
    fn breakdowns_that_cross_everywhere_are_shown_as_they_are() {
        let all = [(0, 0, 3), (0, 1, 40), (1, 0, 50), (1, 1, 7), (0, 2, 30), (1, 2, 5)];
        assert_eq!(run(&all), [vec![false; 2], vec![false; 3]]);
    }

    /// Area 0 lies within matter 0 but for three decisions: matter less area is these.
    #[test]
    fn a_part_that_lies_within_another_but_for_a_few_is_put_together_with_the_smallest() {
        let [matters, areas] = run(&[(0, 0, 40), (0, 1, 3), (1, 1, 60), (1, 2, 25)]);
        // Areas 0 and 2 lose fewer decisions than the two matters do.
        assert_eq!((matters, areas), (vec![false, false], vec![true, false, true]));
    }

    /// No single part lies within another, but two areas lie within two matters but for three decisions.
    #[test]
    fn several_parts_together_are_seen() {
        let of = [(0, 0, 30), (1, 0, 30), (0, 1, 25), (1, 1, 25), (0, 2, 1), (1, 2, 2), (2, 2, 70), (2, 3, 40)];
        let [matters, areas] = run(&of);
        assert_ne!((matters, areas), (vec![false; 3], vec![false; 4]));
    }

    /// Two parts that cover everything give away what they share.
    #[test]
    fn an_intersection_that_can_be_worked_out_is_seen() {
        let [matters, areas] = run(&[(0, 0, 40), (0, 1, 4), (1, 1, 50)]);
        assert_eq!((matters, areas), (vec![true, true], vec![false, false]), "one breakdown has to go");
    }

    #[test]
    fn one_part_less_two_from_other_breakdowns_is_seen() {
        // Part 0 of the first is part 0 of the second, part 0 of the third, and two decisions more.
        let each = |n: usize, cell: [u32; 3]| std::iter::repeat_n(cell, n);
        let cells: Vec<[u32; 3]> = each(30, [0, 0, 1])
            .chain(each(30, [0, 1, 0]))
            .chain(each(2, [0, 1, 1]))
            .chain(each(40, [1, 1, 1]))
            .chain(each(40, [1, 2, 2]))
            .collect();
        let things = Decided((0..cells.len() as u32).map(|i| i % 10).collect());
        let [a, b, c] = [0, 1, 2].map(|at| cells.iter().map(|cell| cell[at]).collect::<Vec<u32>>());
        let pair = put_together(&things, Floor::DEFAULT, &[parting(&a), parting(&b)]);
        assert!(pair.iter().flatten().all(|together| !together), "two of them give nothing away");
        let all = put_together(&things, Floor::DEFAULT, &[parting(&a), parting(&b), parting(&c)]);
        assert!(all.iter().flatten().any(|together| *together));
    }

    #[test]
    fn nothing_to_part_is_nothing_to_do() {
        let things = Decided(Vec::new());
        assert_eq!(put_together(&things, Floor::DEFAULT, &[]), Vec::<Vec<bool>>::new());
        assert_eq!(put_together(&things, Floor::DEFAULT, &[parting(&[]), parting(&[])]), [vec![], Vec::new()]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Every way to weigh the parts of two breakdowns by -2 to 2 that gives 0 or 1 everywhere is tried, not only the
        /// differences that the control looks at.
        #[test]
        fn no_weights_of_two_breakdowns_give_a_small_group_away(
            cells in proptest::collection::vec((0u32..3, 0u32..3, 0u32..9), 30..140), extra in 0u32..40
        ) {
            let mut cells = cells;
            cells.extend((0..extra).map(|i| (0, 0, i % 9)));
            let things = Decided(cells.iter().map(|cell| cell.2).collect());
            let a: Vec<u32> = cells.iter().map(|cell| cell.0).collect();
            let b: Vec<u32> = cells.iter().map(|cell| if cell.0 == 0 && cell.1 == 2 { 1 } else { cell.1 }).collect();
            let floor = Floor { persons_min: 3, decisions_min: 12, dominance_max: 1_000 };
            let all_clear = |slots: &[u32]| things.census(slots, 3).into_iter().all(|group| floor.lets_remain(group));
            prop_assume!(all_clear(&a) && all_clear(&b));
            let partings = [Parting { n: 3, ..parting(&a) }, Parting { n: 3, ..parting(&b) }];
            let together = put_together(&things, floor, &partings);
            let shown = |at: usize, slot: u32| {
                let first = together[at].iter().position(|&pooled| pooled).unwrap_or(0) as u32;
                if together[at][slot as usize] { first } else { slot }
            };
            for weights in 0..5_i32.pow(6) {
                let weight = |at: u32| weights / 5_i32.pow(at) % 5 - 2;
                let value = |p: u32, q: u32| weight(shown(0, p)) + weight(3 + shown(1, q));
                let group_of: Vec<Option<u32>> = a
                    .iter()
                    .zip(&b)
                    .map(|(&p, &q)| match value(p, q) {
                        0 => Some(NONE),
                        1 => Some(0),
                        _ => None,
                    })
                    .collect();
                if let Some(group_of) = group_of.into_iter().collect::<Option<Vec<u32>>>() {
                    let remainder = things.census(&group_of, 1)[0];
                    prop_assert!(floor.lets_remain(remainder), "{weights}: {remainder:?}");
                }
            }
        }
    }
}
