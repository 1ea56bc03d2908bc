//! The Polish rules: what a request for consent, a question and a reason look like, with or without diacritics.

use super::rules::{List, Rule};

const VOCABULARY: &[(&str, &str)] = &[
    // Consent, as a thing that one can ask for.
    (
        "zgoda",
        r"zgod(?:a|y|e|zie)|akceptacj(?:a|i|e)|akcept|akceptu|zatwierdzeni(?:e|a)|pozwoleni(?:e|a)|przyzwoleni(?:e|a)|autoryzacj(?:a|i|e)|aprobat(?:a|y|e)|zielone(?:go)? swiatl(?:o|a)|approve|approvala?|sign ?offa?|go ahead|aprob(?:a|y|e)",
    ),
    ("skinienie", r"<zgoda>|ok|okej|okay|podpis|potwierdzeni(?:e|a)"),
    // To give it, once: the imperfective forbids (`nie akceptowac`) or tells.
    (
        "zatwierdzic",
        r"zaakceptowac|zatwierdzic|autoryzowac|zautoryzowac|podpisac|klepnac|przyklepnac|wyrazic zgode|zgodzic sie|zezwolic|pozwolic|odblokowac|zaaprobowac",
    ),
    ("pan", r"pan|pani|panstwo|panowie|panie"),
    ("twoja", r"twoj(?:a|ej|e|ego|ich)?|wasz(?:a|ej|e|ego)?|pana|pani|panstwa"),
    (
        "soft",
        r"juz|teraz|moze|wiec|zatem|tez|jeszcze|dzisiaj|dzis|ewentualnie|prosze|po prostu|tylko|jutro|w takim razie|w tej sytuacji|spokojnie|to|tez|my|ja|mi|nam|sobie|z tym|jednak|tak|go|ja|je|ich|tu|jak najszybciej|bardzo|uprzejmie",
    ),
    // What one may ask without asking for leave.
    (
        "rozmowa",
        r"zapytac|spytac|prosic|poprosic|pomoc|spotkac|dostac|liczyc|otrzymac|zobaczyc|porozmawiac|umowic|zadzwonic|pogadac|poznac|wiedziec|dowiedziec|zdzwonic|przypomniec|dopytac|znalezc|sprawdzic|uzyc|uzywac tej|korzystac|dodac|uproscic|wydzielic|odtworzyc|byc|miec|jakos|w czyms|cos|uzyskac|zajrzec|obejrzec|podejrzec",
    ),
    // What lets a thing out of one's hands: only of these `czy mozna` asks for leave, else whether it can be done at all.
    (
        "wypuscic",
        r"uruchomic|uruchamiac|wyslac|wysylac|zamknac|zamykac|wyplacic|wyplacac|puscic|puszczac|wypuscic|wdrozyc|wdrazac|zaczac|zaczynac|rozpoczac|ruszac|ruszyc|podpisac|mergowac|zmergowac|publikowac|opublikowac|zamawiac|zamowic|zatwierdzic|przelac|przelewac|startowac|usunac|skasowac|odrzucic|anulowac|przesunac|przedluzyc|zwolnic|wydac|kupic|zakupic|umorzyc|pominac|odstapic",
    ),
    // We do, said as a question.
    (
        "robimy",
        r"puszczamy|robimy|idziemy|wysylamy|ruszamy|zamykamy|dzialamy|wdrazamy|zamawiamy|podpisujemy|publikujemy|mergujemy|lecimy|wypuszczamy|zaczynamy|startujemy|kupujemy|placimy|wyplacamy|bierzemy|przyjmujemy|akceptujemy|zatwierdzamy|odrzucamy|przesuwamy|wchodzimy|jedziemy|usuwamy|kasujemy|anulujemy|deployujemy|releasujemy|umawiamy sie tak|zostawiamy|zmieniamy",
    ),
    ("pytajnik", r"kto|co|kiedy|gdzie|jak|dlaczego|czemu|po co|ile|ktor[a-z]+|jak[aei]|jaki[a-z]*|skad|kogo|komu|czym"),
];

/// Requests for consent.
pub(super) const CONSENT: List = List {
    vocabulary: VOCABULARY,
    cues: r"zgod|zgadza|akcept|zaakcept|zatwierdz|pozwol|przyzwol|autoryz|zautoryz|aprob|zaaprob|zielone|approv|sign|go ahead|ok\b|okej|okay|moge\b|mozemy|moglbym|moglabym|moglibysmy|mozna|wolno|klepn|przyklep|podpi|przeciwko|zastrzezen|sprzeciw|obiekcj|porzadku|pasuje|pasi|odpowiada|przyjecia|wyraza|wyrazi|przychyl|na to\b|moze byc|problemu|<robimy>|zezwol|odblok|dasz|da sie|decyzj",
    rules: &[
        // Czy moge ...?
        Rule::says(r"\bczy (?:<soft> )*(?:moge|mozemy|moglbym|moglabym|moglibysmy|moglybysmy|wolno(?: mi| nam)?) (?:<soft> )*[a-z]+")
            .unless(r"\b(?:moge|mozemy|moglbym|moglabym|moglibysmy|mozna|wolno) (?:<soft> )*(?:sie (?:<soft> )*)?(?:[a-z]+ )?(?:<rozmowa>)\b|\b(?:zapytal|zapytala|spytal|spytala|pytal|pytala|zapytali|pytali|klient|klientka) (?:[a-z]+ )*, czy\b|\b(?:nie wiem|sprawdze|sprawdzam|nie jestem pewien|nie jestem pewna|zastanawiam sie), czy\b"),
        Rule::says(r"\bczy (?:<soft> )*mozna(?: by)? (?:<soft> )*(?:<wypuscic>)\b").unless(r"\b(?:<pytajnik>) (?:[a-z]+ )?mozna\b"),
        Rule::puts(r"^(?:[a-z ]{0,24}, )?(?:to |ok |a |i |wiec |no to |jesli tak, to )?(?:moge|mozemy|moglbym|moglabym|moglibysmy|wolno mi|wolno nam) (?:<soft> )*[a-z]+")
            .unless(r"\b(?:moge|mozemy|moglbym|moglabym|moglibysmy|mozna|wolno) (?:<soft> )*(?:sie (?:<soft> )*)?(?:[a-z]+ )?(?:<rozmowa>)\b|^(?:<pytajnik>)\b"),
        Rule::says(r"\b(?:moge|mozemy|moglbym|moglabym|moglibysmy|chcial(?:a)?bym|chcielibysmy|pragne|chce|chcemy)(?: [a-z]+){0,2} (?:prosic|poprosic|uzyskac|dostac|otrzymac|miec)(?: [a-z]+){0,2}? (?:o )?(?:[a-z]+ ){0,2}(?:<zgoda>)\b"),
        Rule::puts(r"\b(?:dostane|dostaniemy|mam|mamy|jest|bedzie|mozna liczyc na|moge liczyc na|mozemy liczyc na|otrzymam|otrzymamy)(?: [a-z]+){0,2} (?:<zgoda>)\b")
            .unless(r"\b(?:zgoda|akceptacja|zgode|akceptacje) (?:od )?(?:zarzadu|klienta|rady|banku|inwestora|dyrekcji|prawnikow|finansow|kierownika|regionu|underwritera|ubezpieczyciela)\b|\b(?:<pytajnik>)\b"),
        Rule::says(r"\b(?:daj|dajcie|dac|prosze o) (?:mi |nam )?(?:znac|informacje|info|sygnal|odpowiedz)(?: [a-z]+)?, (?:czy|kiedy|ze|jak) (?:<soft> )*(?:moge|mozemy|mozna|jest (?:ok|zgoda)|sie zgadza[a-z]*|zgadza[a-z]* sie|wyraza[a-z]*|akceptuje[a-z]*|akceptuja|pasuje|ok)\b"),
        Rule::says(r"\b(?:potwierdz|potwierdzcie|potwierdzic|potwierdzenie|potwierdzenia|potwierdzisz)(?: [a-z]+){0,2}, ze (?:<soft> )*(?:moge|mozemy|mozna|zgadza|jest zgoda|jest ok|akceptuj)"),
        // Zgadzasz sie?
        Rule::says(r"\b(?:zgadzasz|zgadzacie|zgodzisz|zgodzicie) sie\b").unless(r"\b(?:nie|jesli|jezeli|skoro) (?:zgadzasz|zgadzacie|zgodzisz|zgodzicie) sie\b.*[a-z]$"),
        Rule::says(r"\b(?:<pan>) (?:sie )?(?:zgadza|zgodzi|zgadzaja|zgodza)\b|\b(?:zgadza|zgodzi|zgadzaja|zgodza) sie (?:<pan>)\b"),
        Rule::says(r"\bczy (?:<soft> )*sie (?:zgadza|zgodzi)(?:sz|cie)\b"),
        Rule::puts(r"\b(?:zgadza|zgodzi) sie (?:<pan>|z tym)\b"),
        Rule::says(r"\b(?:wyrazasz|wyrazacie|wyrazisz|wyrazicie|wyraza (?:<pan>)|wyrazaja panstwo|(?:<pan>) wyraza|wyrazi (?:<pan>)|wyraza(?: [a-z]+)?) zgode\b").unless(r"\b(?:zarzad|klient|klientka|bank|rada|inwestor) (?:[a-z]+ )?wyraza\b|\bnie wyraza\b"),
        Rule::says(r"\b(?:zaakceptujesz|zaakceptujecie|akceptujesz|akceptujecie|akceptuja panstwo|akceptuje (?:<pan>)|zatwierdzisz|zatwierdzicie|zatwierdzi (?:<pan>)|zaakceptuje (?:<pan>)|podpiszesz|podpiszecie|klepniesz|klepniecie|przyklepniesz|puscisz|puscicie|przepuscisz|odblokujesz)\b")
            .unless(r"\b(?:jak|jesli|jezeli|kiedy|gdy|dopiero) (?:to )?(?:zaakceptujesz|akceptujesz|zatwierdzisz|podpiszesz|klepniesz|puscisz)\b.*[a-z]$"),
        Rule::says(r"\b(?:zaakceptuj|zaakceptujcie|zatwierdz|zatwierdzcie|autoryzuj|klepnij|klepnijcie|przyklepnij)\b").unless(r"\bnie (?:zatwierdz|autoryzuj|zaakceptuj|klepnij)\b"),
        Rule::says(r"\b(?:dasz|dacie|dajesz|dajecie|da (?:<pan>)|dadza panstwo|daj|dajcie|prosze dac)(?: [a-z]+){0,2} (?:zgode|akcept|akceptacje|zielone swiatlo|ok|okejke|approve|approvala|plusa|pozwolenie|go ahead)\b").unless(r"\bkto (?:[a-z]+ )?(?:da|dal)\b"),
        Rule::says(r"\b(?:pozwolisz|pozwolicie|pozwoli (?:<pan>)|pozwola panstwo|pozwalasz|pozwalacie|(?:<pan>) pozwoli|pozwol|pozwolcie|prosze pozwolic)\b").unless(r"\b(?:jesli|jezeli|jak) (?:[a-z]+ )?(?:czas|pogoda|budzet) pozwoli\b|\bpozwol(?:isz|cie)?, ze (?:przypomne|zapytam|dodam|zauwaze)\b|\bto pozwoli\b"),
        Rule::says(r"\b(?:moglbys|moglabys|moglibyscie|mozesz|mozecie|moze (?:<pan>)|moga panstwo|moglby|moglaby|mogliby|zechce|zechcieliby|zechcialby|zechcialaby)(?: [a-z]+){0,4} (?:<zatwierdzic>)\b")
            .unless(r"\bnie (?:mozesz|mozecie|moze|moga|moglby|moglaby) (?:[a-z]+ )?(?:<zatwierdzic>)\b|^(?:tak|ok|juz)?,? ?(?:mozesz|mozecie) [a-z ]*[a-z]$|\b(?:<pytajnik>) (?:[a-z]+ )?(?:moze|moglby|moglaby)\b"),
        // Prosze o ...
        Rule::says(r"\b(?:prosze|prosimy|poprosze|poprosimy|prosba|prosbe|prosbie|prosby|prosic|prosilbym|prosilabym|prosilibysmy|wnosze|wnosimy|wnioskuje|wnioskujemy|ubiegam sie|ubiegamy sie|wystepuje|wystepujemy|zabiegam|apeluje)(?: [a-z]+){0,4}? o (?:[a-z]+ ){0,3}(?:<zgoda>)\b")
            .unless(r"\b(?:jak|gdzie|kto|komu) (?:[a-z]+ )?(?:prosic|poprosic)\b|\b(?:dziekuje|dzieki)\b.*\b(?:zgode|akceptacje)\b|\bo (?:przeslanie|odeslanie|dolaczenie|zalaczenie|wyslanie|skan|kopie) (?:[a-z]+ ){0,2}(?:<zgoda>)\b"),
        Rule::says(r"\b(?:prosze|prosimy|poprosze|poprosimy|prosba|prosbe) (?:[a-z]+ )?o (?:[a-z]+ )?(?:ok|okej|podpis|akcept|parafke|parafe|approve|approvala?|zezwolenie|zwolnienie blokady|przychylenie|przychylne|pozytywn[a-z]+|klepniecie)\b"),
        Rule::says(r"\b(?:prosze|prosimy|uprzejmie prosze)(?: [a-z]+){0,2} (?:<zatwierdzic>)\b").unless(r"\bnie (?:<zatwierdzic>)\b"),
        Rule::says(r"\bo (?:przychylenie sie do|przychylne rozpatrzenie|pozytywne rozpatrzenie)\b"),
        // Potrzebuje, czekam, bez Twojej zgody.
        Rule::says(r"\b(?:potrzebuje|potrzebujemy|potrzebna|potrzebne|potrzebny|potrzeba|wymagana|brakuje|czekam|czekamy|oczekuje|oczekujemy|spodziewac sie|spodziewamy sie|stoje|stoimy)(?: [a-z]+){0,3}? (?:na )?(?:[a-z]+ ){0,2}(?:<zgoda>)\b")
            .unless(r"\b(?:<zgoda>) (?:od )?(?:zarzadu|klienta|rady|banku|inwestora|dyrekcji|prawnikow|finansow|kierownika|regionu|underwritera|ubezpieczyciela|urzedu|dwoch|trzech)\b|\b(?:nie|ile|kto|czyja|jaka)\b(?: [a-z]+){0,3} (?:potrzebuje|potrzebujemy|potrzebna|potrzebne|potrzeba|wymagana|<zgoda>)\b|\b(?:klient|klientka|bank|zarzad|ona|on|oni) (?:[a-z]+ )?(?:potrzebuje|czeka|oczekuje)\b"),
        Rule::says(r"\b(?:potrzebuje|potrzebujemy|czekam na|czekamy na|potrzebny|potrzebne) (?:[a-z]+ ){0,2}(?:<twoja>) (?:[a-z]+ )?(?:<skinienie>)\b"),
        Rule::says(r"\b(?:potrzebuje|czekam|czekamy)(?: [a-z]+)? (?:na )?(?:ok|okej|podpis|akcept|approve|approvala) (?:od )?(?:ciebie|was|pana|pani|panstwa)\b"),
        Rule::says(r"\b(?:bez|do czasu|do momentu|do chwili|po|za) (?:<twoja>) (?:[a-z]+ )?(?:<skinienie>|zgoda|akceptacja)\b").unless(r"\b(?:dziekuje|dzieki)\b"),
        Rule::says(r"^do (?:<twoja> )?(?:[a-z]+ )?(?:akceptacji|zatwierdzenia|podpisu|aprobaty)\b").unless(r"\bdo (?:akceptacji|zatwierdzenia) (?:przez|zarzadu|klienta)\b"),
        Rule::says(r"\b(?:wysylam|przesylam|przedkladam|przekazuje|zglaszam|podsylam|zalaczam|daje|wrzucam|przedstawiam|skladam|oddaje|przesylamy|przedkladamy|wysylamy)(?: [a-z]+){0,5} do (?:<twoja> )?(?:[a-z]+ )?(?:akceptacji|zatwierdzenia|podpisu|aprobaty)\b").unless(r"\bdo (?:akceptacji|zatwierdzenia|podpisu) (?:przez |do )?(?:zarzadu|klienta|rady|klientowi)\b"),
        // Nie masz nic przeciwko? W porzadku?
        Rule::says(r"\bnic przeciwko\b").unless(r"\b(?:nie mam|nie mamy|klient nie ma|nie mial|nie miala) nic przeciwko\b"),
        Rule::puts(r"\b(?:masz|macie|ma (?:<pan>)|maja panstwo|sa|jakies|zglaszasz|zglaszacie)(?: [a-z]+){0,2} (?:zastrzezenia|obiekcje|sprzeciw|sprzeciwu|sprzeciwy|zastrzezen|obiekcji)\b"),
        Rule::puts(r"\b(?:byloby|jest|bedzie|bylby|czy)(?: [a-z]+){0,4} (?:ok|okej|w porzadku|do przyjecia|akceptowaln[aey]|dopuszczaln[aey])\b").unless(r"\b(?:juz|nadal|dalej|znowu|wszystko) (?:[a-z]+ )?(?:ok|okej|w porzadku)\b|\b(?:serwer|build|pipeline|u ciebie|system|test)[a-z]* (?:[a-z]+ )?(?:ok|okej|w porzadku)\b|^(?:<pytajnik>)\b"),
        Rule::puts(r"(?:^|, )(?:jest |czy jest |to )?(?:zgoda|ok|okej|okay|moze byc|moze tak byc|pasuje|pasi|w porzadku|dobrze|zgadza sie|akceptacja)\?$"),
        Rule::puts(r"\b(?:ok|okej) (?:na|dla|z|od) (?:ciebie|was|pana|pani|panstwa|twojej|waszej|tym|merge|release|deploy|wysylke|zamkniecie|publikacje)\b"),
        Rule::puts(r"^(?:czy )?(?:jestes|jestescie) (?:[a-z]+ )?(?:ok|okej|za)\b"),
        Rule::puts(r"\b(?:pasuje|odpowiada|pasi) (?:ci|wam|panu|pani|panstwu|tobie)\b").unless(r"\b(?:<pytajnik>) (?:[a-z]+ ){0,3}(?:pasuje|odpowiada|pasi)\b"),
        Rule::puts(r"\b(?:nie bedzie|czy bedzie|czy to|czy nie bedzie) (?:[a-z]+ )?(?:problem|problemu|klopot|klopotu)\b").unless(r"\bz (?:serwerem|systemem|kompilacja)\b"),
        Rule::puts(r"\bco (?:ty|<pan>|wy) na to\b"),
        Rule::puts(r"^(?:[a-z ]{0,20}, )?(?:to |wiec |no to |czyli |i co, |a wiec )?(?:<robimy>)\b").unless(r"\b(?:<pytajnik>) (?:<robimy>)\b|\bczy (?:[a-z]+ )*nie (?:<robimy>)\b"),
        Rule::puts(r"^czy (?:<soft> )*(?:<robimy>)\b"),
        Rule::puts(r"^(?:akcept|zgoda|akceptacja|akceptujecie|ok na [a-z]+)\b.{0,30}$"),
    ],
};

/// Questions without a question mark.
pub(super) const ASKS: List = List {
    vocabulary: VOCABULARY,
    cues: r"czy\b|kiedy|gdzie|dlaczego|czemu|kto|jak|ile|skad",
    rules: &[
        Rule::says(r"^(?:(?:czesc|hej|witam|dzien dobry|a|i|ale|ok|to)(?: [a-z]+)?,? )?czy [a-z]+ [a-z]+"),
        Rule::says(
            r"^(?:kiedy|gdzie|dlaczego|czemu|skad) (?:to |sie )?(?:jest|sa|bedzie|beda|mozemy|moge|mozna|mamy|macie|masz)\b",
        ),
    ],
};

/// Reasons.
pub(super) const REASON: List = List {
    vocabulary: VOCABULARY,
    cues: r"bo\b|poniewaz|gdyz|dlatego|z powodu|powod|ze wzgledu|w zwiazku|zeby|aby|azeby|w celu|celem|dzieki (?:czemu|temu)|stad|skoro|jako ze|wiec|zatem|wobec|z uwagi|z racji|po to|przez to|na skutek|wskutek|albowiem|z przyczyn",
    rules: &[
        Rule::says(r"\b(?:bo|poniewaz|gdyz|albowiem|dlatego)\b").unless(r"^a bo\b"),
        Rule::says(r"\b(?:z powodu|ze wzgledu na|z uwagi na|z racji|wskutek|na skutek|z przyczyn|przez to, ze|wobec tego|wobec braku)\b"),
        Rule::says(r"\bw zwiazku z\b"),
        Rule::says(r"\bpowod(?:em|y)? (?:jest|to|byl|byla|sa)\b|\bpowod, |^powod "),
        Rule::says(r"\b(?:zeby|aby|azeby)\b")
            .unless(r"\b(?:prosze|prosimy|prosil|prosila|prosi|prosba|chce|chcemy|chcial|chciala|wazne|zalezy|przeciwko|zgod[a-z]+|zgadza[a-z]*|pilnuj|pamietaj|wole|wolalbym|wolalabym|uwazaj|wolelibysmy|wymaga|wymagaja|sugeruje|proponuje|musi byc tak|zamiast|chyba|oby)(?: [a-z]+){0,3},? (?:o to, )?(?:zeby|aby|azeby)\b"),
        Rule::says(r"\bw celu\b|\bcelem (?:[a-z]+nia|[a-z]+cia)\b"),
        Rule::says(r"\bdzieki (?:czemu|temu)\b"),
        Rule::says(r"(?:^|, )(?:stad|wiec|zatem)\b").unless(r"^(?:wiec|zatem) (?:co|jak|kiedy|czy)\b"),
        Rule::says(r"\bskoro\b|\bjako ze\b|\bpo to, \b"),
    ],
};

/// A question for what a thing is for.
pub(super) const ASKS_WHY: List = List {
    vocabulary: VOCABULARY,
    cues: r"dlaczego|czemu|po co|celu|cel\b|powod|sens|kogo|komu|ktory|ktorych|ktorzy|jaki",
    rules: &[
        Rule::puts(r"\b(?:dlaczego|czemu|po co|w jakim celu)\b"),
        Rule::puts(r"\bjaki(?:e)? (?:jest |byl |ma )?(?:[a-z]+ )?(?:cel|powod|powody|sens)\b"),
        Rule::puts(
            r"\bdla (?:kogo|ktorych|jakich)\b|\bkomu (?:to|sie|jest)\b|\bktory (?:klient|uzytkownik)\b|\bktorzy (?:klienci|uzytkownicy|agenci)\b|\bkto (?:o to prosil|tego potrzebuje|tego chce)\b",
        ),
    ],
};

/// A question for a number, a date or a budget.
pub(super) const ASKS_BOUND: List = List {
    vocabulary: VOCABULARY,
    cues: r"ile\b|ilu\b|kiedy|termin|budzet|limit|prog\b|kwot|data\b",
    rules: &[
        Rule::puts(r"\b(?:ile|ilu)\b"),
        Rule::puts(r"\b(?:na|do|od) kiedy\b|^(?:a |i )?kiedy (?:to|ma|maja|musi|trzeba|mamy|jest)\b"),
        Rule::puts(r"\b(?:jaki|jaka|jest|mamy)(?: [a-z]+){0,2} (?:termin|budzet|limit|prog|kwota|data)\b"),
    ],
};

/// What is to be reached.
pub(super) const GOAL: List = List {
    vocabulary: INTENT,
    cues: r"chc|potrzeb|powinn|powinien|cel\b|celem|chodzi|zalezy|dazymy|umozliw|pozwol|pozwal|oczekiwan|jako\b|byloby|przydal|usprawn|skroc|zmniejsz|zwieksz|popraw|planuj|proponuj",
    rules: &[
        Rule::says(r"\bjako (?:[a-z]+ ){1,4}?chc(?:e|ialbym|ialabym|emy)\b|\bjako (?:[a-z]+ ?){1,4}, chc(?:e|ialbym|ialabym|emy)\b"),
        Rule::says(r"\b(?:chcemy|chcielibysmy|chcialbym|chcialabym|chce|chca)\b").unless(r"\b(?:nie|jesli|jezeli) (?:chc[a-z]+)\b|\bchc[a-z]+ (?:tylko )?(?:zapytac|wiedziec|podziekowac|dopytac)\b|\?$"),
        Rule::says(r"\b(?:potrzebujemy|potrzebuje|potrzebuja|potrzebne (?:jest|sa|nam)|potrzeba)\b").unless(r"\bnie potrzeb|\b(?:zgod[a-z]*|akceptacj[a-z]*|podpis[a-z]*|informacj[a-z]*|logow|danych|szczegolow)\b|\?$"),
        Rule::says(r"\b(?:powinien|powinna|powinno|powinny|powinnismy|powinni)\b").unless(r"\bpowinno (?:juz )?(?:dzialac|byc ok|byc dobrze)\b|\?$"),
        Rule::says(r"\bcel(?:em|e)? (?:[a-z]+ ){0,4}(?:jest|to|sa|bylo|byl)\b|^cel(?:e|em)?(?:$|, )|\bchodzi (?:nam |mi )?o to,? (?:zeby|aby|by)\b|\bzalezy nam,? (?:na tym,? )?(?:zeby|aby|by|na)\b"),
        Rule::says(r"\b(?:umozliwi(?:a|c|ajac)?|pozwoli|pozwala|ulatwi(?:a|c)?) (?:[a-z]+ ){1,8}").unless(r"\bnie (?:pozwala|umozliwia)\b"),
        Rule::says(r"\b(?:byloby|bylo by) (?:dobrze|fajnie|lepiej|swietnie|warto)\b|\bprzydal(?:oby|by|aby) sie\b|^oczekiwan[a-z]+ (?:rezultat|wynik|zachowanie|efekt)"),
        Rule::says(r"\b(?:zeby|aby|by|w celu) (?:[a-z]+ ){0,2}(?:usprawni[a-z]+|skroci[a-z]+|zmniejszy[a-z]*|zmniejszeni[a-z]+|zwieksz[a-z]+|popraw[a-z]+|przyspiesz[a-z]+|obnizy[a-z]+|ograniczy[a-z]+)\b"),
        Rule::says(r"\b(?:planujemy|proponujemy|proponuje|zamierzamy)\b"),
    ],
};

/// An outcome with a number.
pub(super) const METRIC: List = List {
    vocabulary: INTENT,
    cues: r"[0-9]|co (?:drugi|druga|trzeci|trzecia|dziesiat)|razy|polow",
    rules: &[
        Rule::says(r"\b(?:<wynik>)\b(?:[, ]+[a-z0-9_]+){0,9}?[, ]+(?:<ilosc>)\b"),
        Rule::says(r"\b(?:<ilosc>)(?: [a-z0-9_]+){0,6}? (?:<wynik>)\b"),
        Rule::says(
            r"\bco (?:druga?|trzeci[a]?|czwart[ay]|piat[ay]|dziesiat[ay]) (?:oferta|klient|klientka|polisa|szkoda|wniosek|osoba|uzytkownik)\b|\bjedn[ay] na (?:[0-9]+|dwie|trzy|piec|dziesiec) ",
        ),
        Rule::says(
            r"\b[0-9]+ (?:razy|telefonow|zgloszen|skarg|bledow|godzin|ofert) (?:dziennie|tygodniowo|miesiecznie|rocznie|na (?:dzien|tydzien|miesiac|godzine))\b",
        ),
    ],
};

/// A regulation, a date, a budget.
pub(super) const CONSTRAINT: List = List {
    vocabulary: INTENT,
    cues: r"rodo|knf|gdpr|ustaw|przepis|rozporzadz|regulac|regulator|prawn|zgodnosc|audyt|uodo|uokik|termin|do\b|przed|najpozniej|budzet|koszt|limit|umow|wymog|wymag|zabroni|zakaz|musi",
    rules: &[
        Rule::says(r"\b(?:rodo|knf|gdpr|uodo|uokik|psd2|dora|solvency|rzecznik finansowy)\b"),
        Rule::says(r"\b(?:ustaw(?:a|y|ie|e)|przepis(?:y|ow|ami|om)?|rozporzadzeni[a-z]+|regulac[a-z]+|regulator[a-z]*|wymog(?:i|ow)? prawn[a-z]+|prawnie|audyt(?:or|orzy|u)?|zgodnosc(?:i)? z (?:prawem|przepisami|regulacj[a-z]+))\b"),
        Rule::says(r"\b(?:do|przed|najpozniej|nie pozniej niz)(?: [a-z]+){0,2} (?:[0-9]{1,2} )?(?:<miesiac>|konca (?:roku|miesiaca|tygodnia|kwartalu|sprintu)|koncem (?:roku|miesiaca|tygodnia|kwartalu)|poniedzialk[a-z]+|wtork[a-z]+|srod[a-z]+|czwartk[a-z]+|piatk[a-z]+|swiat|swietami|wakacj[a-z]+|wiosny|lata|jesieni|zimy)\b").unless(r"\bod (?:[a-z0-9]+ ){1,4}do\b"),
        Rule::says(r"\btermin(?:em|u)? (?:[a-z]+ ){0,2}(?:to|jest|mija|uplywa|ostateczny|na|do)\b|\bostateczny termin\b|\bdeadline\b"),
        Rule::says(r"\bbudzet(?:u|em|owi|owy|owe)?\b|\b(?:limit|pulap) kosztow\b|\bkoszt(?:y)? nie (?:moga|moze)\b"),
        Rule::says(r"\b(?:umowa|umowy|kontrakt|licencja) (?:[a-z]+ ){0,2}(?:wymaga|zabrania|nie pozwala|zobowiazuje)\b|\b(?:jest|sa) (?:wymagan[a-z]+|zabronion[a-z]+|zakazan[a-z]+) (?:przez|prawem|przepisami)\b|\bmusi(?:my)? (?:byc )?(?:spelnic|spelniac|zgodn[a-z]+)\b"),
    ],
};

/// Who is affected.
pub(super) const CUSTOMER: List = List {
    vocabulary: INTENT,
    cues: r"klient|uzytkownik|broker|agent|ubezpieczon|ubezpieczaj|poszkodowan|pacjent|abonent|konsument|najemc|kupujac|obslug|posrednik|pasazer|obywatel|jako\b",
    rules: &[
        Rule::says(r"\b(?:klient(?:a|ow|owi|om|em|ami|ki|ka|ke|kom|ce)?|klienci|uzytkowni(?:k|ka|ka?mi|kow|kom|cy|kowi|kiem)|broker(?:a|zy|ow|om|em)?|ubezpieczon[a-z]+|ubezpieczajac[a-z]+|poszkodowan[a-z]+|pacjen[a-z]+|abonen[a-z]+|konsumen[a-z]+|najemc[a-z]+|kupujac[a-z]+|posredni(?:k|cy|kow|kom|kiem)|pasazer[a-z]*|obywatel[a-z]*|agen(?:t|ci|tow|tom) ubezpieczeniow[a-z]+|obslug[a-z]+ klienta)\b")
            .unless(r"\b(?:aplikacj[a-z]+|bibliote[a-z]+) klient|\bklient(?:a|em)? (?:http|api|rest|smtp|poczt[a-z]+)\b|\b(?:nazw[a-z]+|id|identyfikator[a-z]*) uzytkownika\b"),
        Rule::says(r"\bjako (?:[a-z]+ ?){1,4},? chc(?:e|ialbym|ialabym|emy)\b"),
    ],
};

/// What is not to be done.
pub(super) const NON_GOAL: List = List {
    vocabulary: INTENT,
    cues: r"zakres|nie\b|pozniej|osobn|kolejn|nastepn|pomija|wylacz|poza\b",
    rules: &[
        Rule::says(
            r"\bpoza (?:naszym |tym )?zakresem\b|\bnie (?:wchodzi|wchodza|miesci sie|mieszcza sie|jest|sa) w (?:zakres|zakresie)\b|\bzakres nie obejmuje\b|\bnie obejmuje\b",
        ),
        Rule::says(r"\bnie jest (?:to )?(?:naszym )?celem\b|\bcelem nie jest\b"),
        Rule::says(r"\bnie (?:bedziemy|zamierzamy|planujemy|chcemy) [a-z]+")
            .unless(r"\b(?:jesli|jezeli) nie\b|\bnie bedziemy (?:mogli|mogly|wiedziec|miec)\b"),
        Rule::says(
            r"\b(?:zostawiamy|odkladamy|przekladamy|pomijamy|zrobimy|zajmiemy sie) (?:[a-z]+ ){0,4}(?:na (?:pozniej|razie|kolejn[a-z]+|nastepn[a-z]+|osobn[a-z]+)|w (?:osobn[a-z]+|kolejn[a-z]+|nastepn[a-z]+))\b|\b(?:na razie|tym razem) (?:pomijamy|nie robimy|bez)\b",
        ),
    ],
};

/// Words of the rules on intent.
const INTENT: &[(&str, &str)] = &[
    (
        "miesiac",
        r"styczni[a-z]+|lut(?:ego|ym|y)|marca|marzec|kwietni[a-z]+|kwiecien|maja|maj|czerwca|czerwiec|lipca|lipiec|sierpni[a-z]+|sierpien|wrzesni[a-z]+|wrzesien|pazdziernik[a-z]*|listopad[a-z]*|grudni[a-z]+|grudzien",
    ),
    (
        "ilosc",
        r"money [0-9]+|[0-9]+(?: [0-9]{3})*(?:\.[0-9]+)? ?(?:percent|procent|proc|pp|ms|s|sek|sekund[a-z]*|min|minut[a-z]*|h|godzin[a-z]*|dni|dnia|tygodni[a-z]*|razy|tys|tysiec[a-z]*|mln|zl|zlotych|pln|eur|klientow|ofert|polis|szkod|zgloszen|bledow|skarg)",
    ),
    (
        "wynik",
        r"spad[a-z]+|obniz[a-z]+|zmniejsz[a-z]+|skroc[a-z]+|zwieksz[a-z]+|wzrost[a-z]*|wzros[a-z]+|rosnie|popraw[a-z]+|konwersj[a-z]+|rezygnac[a-z]+|rezygnuj[a-z]+|odej[a-z]+|czas(?:u|ie)? (?:odpowiedzi|obslugi|oczekiwania|likwidacji)|trwa|zajmuje|kosztuje|oszczedz[a-z]+|oszczednosc[a-z]*|przychod[a-z]*|sprzedaz[a-z]*|marz[a-z]+|wskaznik[a-z]*|udzial[a-z]*|szybciej|wolniej|co najmniej|co najwyzej|mniej niz|wiecej niz|ponizej|powyzej|nie dluzej niz|z",
    ),
];
