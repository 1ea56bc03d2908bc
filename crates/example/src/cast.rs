//! Who is in the year: invented people of two countries, their teams, sites, roles and levels.

use sayso_model::actor::ActorKind;
use sayso_model::holidays::Region;

use crate::plan::Plan;

/// A place of the firm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Site {
    /// Product, in England.
    Leeds,
    /// Engineering, in Poland.
    Gdansk,
}

impl Site {
    /// Both.
    pub const ALL: [Site; 2] = [Site::Leeds, Site::Gdansk];

    /// The name in every file.
    pub fn name(self) -> &'static str {
        match self {
            Site::Leeds => "leeds",
            Site::Gdansk => "gdansk",
        }
    }

    /// IANA time zone.
    pub fn zone(self) -> &'static str {
        match self {
            Site::Leeds => "Europe/London",
            Site::Gdansk => "Europe/Warsaw",
        }
    }

    /// Whose public holidays are kept.
    pub fn region(self) -> Region {
        match self {
            Site::Leeds => Region::EnglandAndWales,
            Site::Gdansk => Region::Poland,
        }
    }
}

/// A part of the product, with its owner in Leeds and its squad in Gdansk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Area {
    /// Asking insurers for prices.
    Quotes,
    /// Policies that run on.
    Renewals,
    /// What a risk costs.
    Pricing,
    /// What was promised.
    Claims,
    /// Data to and from comparison platforms.
    PartnerFeeds,
}

impl Area {
    /// All five.
    pub const ALL: [Area; 5] = [Area::Quotes, Area::Renewals, Area::Pricing, Area::Claims, Area::PartnerFeeds];

    /// The name in every file.
    pub fn name(self) -> &'static str {
        match self {
            Area::Quotes => "quotes",
            Area::Renewals => "renewals",
            Area::Pricing => "pricing",
            Area::Claims => "claims",
            Area::PartnerFeeds => "partner-feeds",
        }
    }

    /// The prefix of its items.
    pub fn key(self) -> &'static str {
        match self {
            Area::Quotes => "QUO",
            Area::Renewals => "REN",
            Area::Pricing => "PRI",
            Area::Claims => "CLM",
            Area::PartnerFeeds => "FED",
        }
    }

    /// The area after it, the first after the last.
    pub fn next(self) -> Area {
        Area::ALL[(self as usize + 1) % Area::ALL.len()]
    }

    /// Whether the implicit gate stands here.
    pub fn is_gated(self) -> bool {
        matches!(self, Area::Pricing | Area::Renewals)
    }
}

/// An index into [`PEOPLE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Who(pub u16);

impl Who {
    /// The row.
    pub fn row(self) -> &'static Row {
        &PEOPLE[usize::from(self.0)]
    }

    /// Where they work; `None` for bots.
    pub fn site(self) -> Option<Site> {
        self.row().site
    }

    /// Whether it is a person.
    pub fn is_person(self) -> bool {
        self.row().kind == ActorKind::Person
    }
}

/// One row of `people.csv`.
#[derive(Debug)]
pub struct Row {
    /// The id in the office's files, and as the tracker writes it.
    pub id: &'static str,
    /// The full name.
    pub name: &'static str,
    /// Team.
    pub team: &'static str,
    /// Site, where there is one.
    pub site: Option<Site>,
    /// Role.
    pub role: &'static str,
    /// Organisational level.
    pub level: i8,
    /// Person or bot.
    pub kind: ActorKind,
    /// The id of the manager, or empty.
    pub manager: &'static str,
}

const fn uk(
    id: &'static str,
    name: &'static str,
    team: &'static str,
    role: &'static str,
    level: i8,
    manager: &'static str,
) -> Row {
    Row { id, name, team, site: Some(Site::Leeds), role, level, kind: ActorKind::Person, manager }
}

const fn pl(
    id: &'static str,
    name: &'static str,
    team: &'static str,
    role: &'static str,
    manager: &'static str,
) -> Row {
    Row { id, name, team, site: Some(Site::Gdansk), role, level: 0, kind: ActorKind::Person, manager }
}

const fn bot(id: &'static str, name: &'static str) -> Row {
    Row { id, name, team: "", site: None, role: "", level: 0, kind: ActorKind::Bot, manager: "" }
}

const SPM: &str = "judith.oldershaw";
const HOP: &str = "graham.tewsley";
const CTO: &str = "fiona.lockmere";
const MD: &str = "duncan.averill";

/// Everybody. The order of product owners, tech leads and squads is that of [`Area::ALL`].
pub const PEOPLE: [Row; 57] = [
    // 0-4
    uk("imogen.thackwray", "Imogen Thackwray", "product", "product owner", 0, SPM),
    uk("rhys.pemberlow", "Rhys Pemberlow", "product", "product owner", 0, SPM),
    uk("adam.crossmoor", "Adam Crossmoor", "product", "product owner", 0, SPM),
    uk("farah.wexcombe", "Farah Wexcombe", "product", "product owner", 0, SPM),
    uk("callum.birtwick", "Callum Birtwick", "product", "product owner", 0, SPM),
    // 5-9
    uk(SPM, "Judith Oldershaw", "product", "senior product manager", 1, HOP),
    uk(HOP, "Graham Tewsley", "leadership", "head of product", 2, MD),
    uk(CTO, "Fiona Lockmere", "leadership", "chief technology officer", 2, MD),
    uk(MD, "Duncan Averill", "leadership", "managing director", 3, ""),
    uk("beatrice.quennell", "Beatrice Quennell", "compliance", "compliance officer", 1, MD),
    // 10-14
    uk("tamsin.rudgeley", "Tamsin Rudgeley", "design", "designer", 0, HOP),
    uk("owen.farleigh", "Owen Farleigh", "design", "designer", 0, HOP),
    uk("leila.marchbank", "Leila Marchbank", "design", "designer", 0, HOP),
    uk("kit.danforth", "Kit Danforth", "design", "designer", 0, HOP),
    uk("sunil.aldwyche", "Sunil Aldwyche", "design", "designer", 0, HOP),
    // 15-21; the first is the chatty one, the second watches urgent items
    uk("poppy.winslade", "Poppy Winslade", "analysis", "analyst", 0, HOP),
    uk("harvey.stroudley", "Harvey Stroudley", "analysis", "analyst", 0, HOP),
    uk("nadia.copelow", "Nadia Copelow", "analysis", "analyst", 0, HOP),
    uk("glyn.tarleton", "Glyn Tarleton", "analysis", "analyst", 0, HOP),
    uk("esme.brackenby", "Esme Brackenby", "analysis", "analyst", 0, HOP),
    uk("joel.whitcroft", "Joel Whitcroft", "analysis", "analyst", 0, HOP),
    uk("rosalind.tewkes", "Rosalind Tewkes", "analysis", "analyst", 0, HOP),
    // 22-23; the first announces, the second closes in bulk
    uk("martin.selwick", "Martin Selwick", "delivery", "delivery manager", 0, HOP),
    uk("carol.anstey", "Carol Anstey", "delivery", "delivery coordinator", 0, HOP),
    // 24-28
    pl("pawel.doroszek", "Paweł Doroszek", "heron", "tech lead", CTO),
    pl("kinga.malczyk", "Kinga Malczyk", "plover", "tech lead", CTO),
    pl("adam.brzeziak", "Adam Brzeziak", "tern", "tech lead", CTO),
    pl("zuzanna.rytelska", "Zuzanna Rytelska", "swift", "tech lead", CTO),
    pl("michal.ostrowik", "Michał Ostrowik", "kite", "tech lead", CTO),
    // 29-53: four engineers and a test engineer a squad; the first of tern writes under two spellings
    pl("agata.borkiel", "Agata Borkiel", "heron", "engineer", "pawel.doroszek"),
    pl("igor.wnekowicz", "Igor Wnękowicz", "heron", "engineer", "pawel.doroszek"),
    pl("natalia.sowinek", "Natalia Sowinek", "heron", "engineer", "pawel.doroszek"),
    pl("bartosz.kruszel", "Bartosz Kruszel", "heron", "engineer", "pawel.doroszek"),
    pl("ewelina.majchrowa", "Ewelina Majchrowa", "heron", "test engineer", "pawel.doroszek"),
    pl("oskar.debnicki", "Oskar Dębnicki", "plover", "engineer", "kinga.malczyk"),
    pl("lena.gwozdzik", "Lena Gwoździk", "plover", "engineer", "kinga.malczyk"),
    pl("filip.tarnas", "Filip Tarnas", "plover", "engineer", "kinga.malczyk"),
    pl("marta.szelag", "Marta Szelągowa", "plover", "engineer", "kinga.malczyk"),
    pl("jan.klepka", "Jan Klepka", "plover", "test engineer", "kinga.malczyk"),
    pl("tomasz.lisewicz", "Tomasz Lisewicz", "tern", "engineer", "adam.brzeziak"),
    pl("iga.polnicka", "Iga Polnicka", "tern", "engineer", "adam.brzeziak"),
    pl("rafal.chmurek", "Rafał Chmurek", "tern", "engineer", "adam.brzeziak"),
    pl("dorota.wikle", "Dorota Wikle", "tern", "engineer", "adam.brzeziak"),
    pl("szymon.brodka", "Szymon Bródka", "tern", "test engineer", "adam.brzeziak"),
    pl("hanna.olszak", "Hanna Olszakowa", "swift", "engineer", "zuzanna.rytelska"),
    pl("krystian.mielno", "Krystian Mielno", "swift", "engineer", "zuzanna.rytelska"),
    pl("julia.partyka", "Julia Partykowska", "swift", "engineer", "zuzanna.rytelska"),
    pl("damian.zuraw", "Damian Żurawik", "swift", "engineer", "zuzanna.rytelska"),
    pl("olga.sitek", "Olga Sitkowa", "swift", "test engineer", "zuzanna.rytelska"),
    pl("wiktor.halas", "Wiktor Hałasik", "kite", "engineer", "michal.ostrowik"),
    pl("aniela.drozdek", "Aniela Drozdek", "kite", "engineer", "michal.ostrowik"),
    pl("patryk.leszno", "Patryk Leszniak", "kite", "engineer", "michal.ostrowik"),
    pl("sonia.wirska", "Sonia Wirska", "kite", "engineer", "michal.ostrowik"),
    pl("konrad.jaszczur", "Konrad Jaszczurek", "kite", "test engineer", "michal.ostrowik"),
    // 54
    pl("olek.fijalka", "Olek Fijałka", "tern", "contractor", "adam.brzeziak"),
    // 55-56
    bot("ci-bot", "Build pipeline"),
    bot("triage-bot", "Triage rules"),
];

/// The senior product manager: the gate.
pub const SENIOR: Who = Who(5);
/// The gate of a plan.
pub fn keeper(plan: &Plan) -> Who {
    if plan.gate_is_peer { GATE_PEER } else { SENIOR }
}

/// The leaders who step in: head of product, chief technology officer, managing director.
pub const LEADERS: [Who; 3] = [Who(6), Who(7), Who(8)];
/// The compliance officer.
pub const COMPLIANCE: Who = Who(9);
/// The five designers.
pub const DESIGNERS: [Who; 5] = [Who(10), Who(11), Who(12), Who(13), Who(14)];
/// Comments on most questions; nothing waits for it.
pub const CHATTY: Who = Who(15);
/// Comments at once on whatever is urgent.
pub const WATCHER: Who = Who(16);
/// The other analysts.
pub const ANALYSTS: [Who; 5] = [Who(17), Who(18), Who(19), Who(20), Who(21)];
/// Writes what is about to happen.
pub const ANNOUNCER: Who = Who(22);
/// Closes old questions in one go.
pub const COORDINATOR: Who = Who(23);
/// Writes under two spellings.
pub const TWO_SPELLINGS: Who = Who(39);
/// The other spelling.
pub const OTHER_SPELLING: &str = "t.lisewicz@gdansk.brackwater.example";
/// The two who share a first name and a product area.
pub const SAME_FIRST_NAME: [Who; 2] = [Who(2), Who(26)];
/// The gate, where it is a colleague without rank.
pub const GATE_PEER: Who = COORDINATOR;
/// Who is asked for permission, where it is a colleague without rank.
pub const PERMISSION_PEER: Who = ANNOUNCER;
/// Where one test engineer accepts everything, in plans with a sole gate.
pub const SOLE_GATE_AREA: Area = Area::Renewals;
/// The second of them, where no two may share a first name: id and name.
const ANOTHER_FIRST_NAME: (&str, &str) = ("cezary.brzeziak", "Cezary Brzeziak");
/// The contractor.
pub const CONTRACTOR: Who = Who(54);
/// The build pipeline.
pub const CI_BOT: Who = Who(55);
/// The triage rules.
pub const TRIAGE_BOT: Who = Who(56);

/// Everybody, bots included.
pub fn everybody() -> impl Iterator<Item = Who> {
    (0..PEOPLE.len() as u16).map(Who)
}

/// The id in the office's files.
pub fn id(plan: &Plan, who: Who) -> &'static str {
    if plan.without_collisions && who == SAME_FIRST_NAME[1] { ANOTHER_FIRST_NAME.0 } else { who.row().id }
}

/// The full name.
pub fn name(plan: &Plan, who: Who) -> &'static str {
    if plan.without_collisions && who == SAME_FIRST_NAME[1] { ANOTHER_FIRST_NAME.1 } else { who.row().name }
}

/// The id of the manager, or empty.
pub fn manager(plan: &Plan, who: Who) -> &'static str {
    let manager = who.row().manager;
    if manager == SAME_FIRST_NAME[1].row().id { id(plan, SAME_FIRST_NAME[1]) } else { manager }
}

/// The product owner of an area.
pub fn owner(area: Area) -> Who {
    Who(area as u16)
}

/// The tech lead of its squad.
pub fn lead(area: Area) -> Who {
    Who(24 + area as u16)
}

/// The engineers of its squad, the contractor among them where there is one.
pub fn engineers(area: Area) -> Vec<Who> {
    let first = 29 + 5 * area as u16;
    let mut squad: Vec<Who> = (first..first + 4).map(Who).collect();
    if area == Area::Pricing {
        squad.push(CONTRACTOR);
    }
    squad
}

/// How many of [`engineers`] are there at `part` thousandths of the record where squads grow one after the other: each has a
/// fifth of the record in which all but its first engineer join.
pub fn joined(area: Area, part: i64) -> usize {
    let n = engineers(area).len() as i64;
    let of_own = 5 * part - 1_000 * area as i64;
    (1 + (of_own * n).div_euclid(1_000)).clamp(1, n) as usize
}

/// The test engineer of its squad.
pub fn tester(area: Area) -> Who {
    Who(33 + 5 * area as u16)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_indices_point_at_whom_they_say() {
        assert_eq!(SENIOR.row().role, "senior product manager");
        assert_eq!(LEADERS.map(|who| who.row().team), ["leadership"; 3]);
        assert_eq!(COMPLIANCE.row().role, "compliance officer");
        assert!(DESIGNERS.iter().all(|who| who.row().role == "designer"));
        assert!(ANALYSTS.iter().chain(&[CHATTY, WATCHER]).all(|who| who.row().role == "analyst"));
        assert_eq!(ANNOUNCER.row().role, "delivery manager");
        assert_eq!(COORDINATOR.row().role, "delivery coordinator");
        assert_eq!(TWO_SPELLINGS.row().id, "tomasz.lisewicz");
        assert_eq!(CONTRACTOR.row().role, "contractor");
        assert!([CI_BOT, TRIAGE_BOT].iter().all(|who| !who.is_person()));
        assert_eq!(owner(Area::Pricing), SAME_FIRST_NAME[0]);
        assert_eq!(lead(Area::Pricing), SAME_FIRST_NAME[1]);
        for area in Area::ALL {
            assert_eq!(owner(area).row().role, "product owner");
            assert_eq!(lead(area).row().role, "tech lead");
            assert_eq!(tester(area).row().role, "test engineer");
            for who in engineers(area).into_iter().chain([tester(area)]) {
                assert_eq!(who.row().team, lead(area).row().team);
                assert_eq!(who.row().manager, lead(area).row().id);
            }
        }
    }

    #[test]
    fn ids_are_unique_and_managers_exist() {
        let ids: BTreeSet<&str> = PEOPLE.iter().map(|row| row.id).collect();
        assert_eq!(ids.len(), PEOPLE.len());
        assert!(PEOPLE.iter().all(|row| row.manager.is_empty() || ids.contains(row.manager)));
    }
}
