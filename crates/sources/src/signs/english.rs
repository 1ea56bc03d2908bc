//! The English rules: what a request for consent, a question and a reason look like.

use super::rules::{List, Rule};

const VOCABULARY: &[(&str, &str)] = &[
    // Consent, as a thing that one can ask for.
    (
        "consent",
        r"approvals?|sign ?offs?|permission|consent|authori[sz]ation|go ahead|green light|blessing|agreement|clearance|say so|nod|thumbs up|endorsement|concurrence|o\.?k(?:ay)?|yes|(?:plus one|\+ ?1)",
    ),
    (
        "formal",
        r"approvals?|sign ?offs?|permission|consent|authori[sz]ation|go ahead|green light|blessing|clearance|say so|concurrence",
    ),
    // Being content with something.
    (
        "content",
        r"happy|ok(?:ay)?|fine|content|comfortable|al{1,2} ?right|good|cool|relaxed|agreeable|on board|in agreement|satisfied",
    ),
    ("acceptable", r"ok(?:ay)?|fine|al{1,2} ?right|acceptable|agreeable|permissible|permitted|allowed|admissible"),
    // To give it.
    (
        "approve",
        r"(?:re ?)?approve|sign (?:[a-z]+ ){0,3}off|sign ?off|authori[sz]e|green ?light|rubber ?stamp|ok(?:ay)?|countersign|endorse|ratify",
    ),
    ("approving", r"approving|signing (?:[a-z]+ ){0,2}off|authori[sz]ing|ok(?:ay)?ing|endorsing|ratifying"),
    ("we", r"i|we"),
    ("us", r"me|us"),
    ("you", r"you|(?:some|any|every)(?:one|body)|one of you|all of you|you (?:all|both|guys)|we all|all"),
    (
        "soft",
        r"please|pls|plz|kindly|possibly|perhaps|maybe|just|also|then|now|already|still|therefore|so|quickly|both|all|simply|ever|be so kind as to|be so kind to|be kind enough to|be able to|at least",
    ),
    (
        "please",
        r"please|pls|plz|kindly|if you could|if you can|grateful if you (?:could|would|can)|appreciate it if you (?:could|would|can)",
    ),
    // What lets a thing out of one's hands, or costs: who asks `can we` of it asks for leave.
    (
        "release",
        r"go (?:ahead|live|with|forward|to|for|public)|proceed|progress|merge|close|release|publish|send|ship|issue|start|begin|kick off|pay|book|order|waive|skip|extend|push|deploy|delete|cancel|reject|refuse|decline|refund|settle|offer|hire|buy|purchase|install|restart|reboot|upgrade|roll|launch|revert|archive|share|spend|increase|reduce|raise|lower|cut|invite|accept|sign|submit|post|announce|commit to|transfer|migrate|disable|bring forward|postpone|delay|reschedule|defer|escalate|lock|unlock|stop|pause|resume|continue|charge|invoice|credit|quote|exceed|bypass|override|treat|finali[sz]e|resolve|land|check in|cherry ?pick|back ?port|abandon|freeze|tag|agree|contact|tell|inform|outsource|promise|commission|retire|work (?:from|on|over|overtime|late)|take (?:over|on|off|a|the|it|this|that|down|out)",
    ),
    // What one does with a thing, or proposes to do: only who asks `can I` asks for leave.
    (
        "do",
        r"<release>|drop|change|move|remove|switch|grant|rebase|squash|file|print|enable|turn|replace|rename|bump|give|split|hand|assign|wrap|re ?run|reopen|leave|put|pass|ignore|mark|rely|apply|take",
    ),
    // What one may ask without asking for leave.
    (
        "chat",
        r"ask|get|have|see|help|remind|meet|talk|discuss|speak|chat|call|know|suggest|reproduce|confirm|point|note|assume|expect|check|find|offer you|be",
    ),
];

/// Requests for consent.
pub(super) const CONSENT: List = List {
    vocabulary: VOCABULARY,
    cues: r"approv|sign|permi|consent|authori|ahead|green|blessing|ok|happy|fine|content|comfort|mind|objection|object\b|issue with|problem (?:with|if)|concern|agree|allow|clear|nod\b|lgtm|plus one|thumbs|accept|al{1,2} ?right|good|cool|relaxed|on board|satisfied|(?:can|could|may) (?:i|we|this|that|it|these|those|the)\b|shall (?:i|we)\b|should (?:i|we)\b|might (?:i|we)\b|must (?:i|we)\b|go\b|grant|confirm|endors|ratify|say|yes|leave|work|concur|know\b|get\b|have\b|objects?\b|past you|by you|rubber|countersign|free to|sound|admiss|suit",
    rules: &[
        // May I ...?
        Rule::says(r"\b(?:can|could) (?:i (?:<soft> )*<do>|we (?:<soft> )*<release>)\b").unless(
            r"\b(?:who|what|why|how|when|where|which|whom|only after|once|until)\b[^,]*\b(?:can|could) <we>\b|\bcould we (?:<soft> )*inform\b|\bcan i (?:<soft> )*tell (?:if|whether|[a-z]+ to)\b|\bcan (?:i|we) (?:<soft> )*(?:take it out|add (?:my|a) (?:two|remark|question)|make it (?:to|on))\b|\b(?:we|i) (?:can|could) (?:<soft> )*(?:give|bring|send) you\b|\b(?:as (?:soon|far|fast) as|so that|not|cant|cannot)\b.*\b(?:can|could) <we>\b",
        ),
        Rule::puts(r"\bmay <we> (?:<soft> )*[a-z]+\b").unless(r"\bmay <we> (?:<soft> )*(?:<chat>|remind|add|introduce)\b|\b(?:who|what|why|how|when|where|which)\b.*\bmay <we>\b"),
        Rule::says(r"\bmay <we> (?:<soft> )*<do>\b").unless(r"\b(?:who|what|why|how|when|where|which)\b.*\bmay <we>\b"),
        Rule::says(r"\b(?:shall|should|might|must) (?:i (?:<soft> )*<do>|we (?:<soft> )*<release>)\b")
            .unless(r"\b(?:who|what|why|how|when|where|which|whether|if|as)\b.*\b(?:shall|should|might|must) <we>\b|\bnor (?:shall|should|might|must) <we>\b|\bor,? (?:shall|should|might|must) <we>\b|\bto ensure\b|\b(?:shall|should|might) we (?:<soft> )*(?:move on to|start the meeting)"),
        Rule::says(r"\b(?:can|could|may|might|do) <we> (?:<soft> )*(?:have|get|obtain|ask for|count on) (?:[a-z]+ ){0,4}<formal>\b").unless(r"\b(?:who|how|when|where|which|why)\b[^,]*\b(?:can|could|may|might|do) <we>\b"),
        Rule::says(r"\b(?:can|could|may|might|do) <we> (?:<soft> )*(?:have|get) (?:an?|your|the|one more|a quick|some) (?:[a-z]+ ){0,2}(?:<consent>|lgtm)(?: |\?|$)"),
        Rule::puts(r"\b(?:can|could|may|might) <we> (?:<soft> )*have (?:an? |one |two |some )?(?:[a-z]+ )?(?:extension|exception|exemption|leave|waiver)\b"),
        Rule::says(r"\b(?:am|are) <we> (?:<soft> )*(?:allowed|permitted|cleared|authori[sz]ed|free|good|clear|ok(?:ay)?|all set|safe) (?:to|for)\b")
            .unless(r"\b(?:once|when|as soon as) (?:am|are) <we>\b"),
        Rule::puts(r"\b(?:are|is) (?:we|this|that|it|everything) (?:<soft> )*(?:good to go|clear to go|a go|good to merge|good for merge|good to ship|ready to go|agreed)\b"),
        Rule::puts(r"\b(?:is|are) (?:[a-z]+ ){1,3}(?:good|ok(?:ay)?|fine|ready|cleared) (?:to|for) (?:merge|ship|go|release|send|publish|close|deploy|be merged|be sent|be closed|be released)\b"),
        Rule::puts(r"\b(?:can|could|may) (?:this|that|it|these|those|the [a-z]+) (?:<soft> )*be (?:<soft> )*(?:approved|signed off|merged|released|closed|paid|sent|published|authori[sz]ed|waived|shipped)\b"),
        // Are you content ...?
        Rule::says(r"\b(?:are|would) (?:<you>|the (?:two|three) of you) (?:<soft> |be )*(?:<content>) (?:with|for|if|about|that|on|letting|from|to (?:proceed|go ahead|approve|accept|agree|sign|merge|close|release|let|have us|have me))\b")
            .unless(r"\bhow (?:<content>)\b|\bhappy with (?:your|the service|life)\b|\bwhat (?:are|would)\b|\b(?:to|so) (?:talk|chat|meet)\b"),
        Rule::puts(r"\b(?:are|is|would) (?:<you>) (?:<soft> |be )*(?:<content>)\b").unless(r"\bhow (?:<content>)\b|\bhappy with (?:your|the service|life)\b|\b(?:what|who|where|when|why)\b|<content> (?:today|again|now|this morning)\b"),
        Rule::says(r"\bis (?:<you>) (?:<soft> )*(?:<content>) (?:with|for|to|if|about|that|on)\b"),
        Rule::says(r"\b(?:know|check|confirm|say|hear|ask|whether|if|wonder(?:ed|ing)?|tell <us>|hope|hoping|assume|sure) (?:if |whether |that )?(?:you|youre|you are|everyone is|everybody is|all are|you would be|youd be|you might be|you may be) (?:<soft> |are |would be |might be )*(?:<content>) (?:with|for|if|about|that|to (?:proceed|go ahead|approve|accept|agree|sign|merge|close|release))\b")
            .unless(r"\b(?:make|making|made) sure\b|\b(?:cannot|cant|could not|couldnt|dont|not) (?:check|confirm|say|know)\b"),
        Rule::says(r"\b(?:know|check|confirm|ask|wonder(?:ed|ing)?|tell <us>|hope|hoping) (?:if |whether |that )?(?:thats|that is|this is|its|it is|it would be|that would be|this would be) (?:<soft> )*(?:<acceptable>) (?:with|for|to|if|by you)\b")
            .unless(r"\b(?:cannot|cant|could not|couldnt|dont|not) (?:check|confirm|say|know)\b"),
        Rule::says(r"\b(?:know|confirm|say|hear|until|unless|before) (?:if |whether |that |from you )?(?:you|youre|you are|thats|that is|this is|it is|its) (?:<soft> |are |would be )*(?:happy|ok(?:ay)?|fine|content|comfortable|acceptable|agreeable|in agreement)\b").unless(r"\b(?:cannot|cant|dont|not) (?:confirm|say|know)\b|\b(?:who|what|why|how|when|where|which)\b"),
        Rule::puts(r"\b(?:happy|ok(?:ay)?|fine|alright|all right|cool|content|comfortable|good) (?:for|with) (?:<us>|you|everyone|everybody|all|this|that) ?(?:to|if|that|with|going|\?)").unless(r"\bhow (?:happy|good)\b"),
        Rule::says(r"^(?:[a-z]+, )?(?:all |still |so |is it |would it be |is that )?(?:ok(?:ay)?|alright|all right|fine) (?:for you|with you|by you|to [a-z]+|if (?:i|we)|that (?:i|we)|for <us> to)\b.*\?$"),
        Rule::puts(r"\b(?:ok(?:ay)?|alright|all right) (?:to (?:<do>)|if <we>|for <us> to|with you|for you|by you)\b").unless(r"\bhow\b"),
        Rule::says(r"\b(?:is|was|would|will) (?:it|this|that) (?:<soft> |be )*(?:<acceptable>) (?:<soft> )*(?:with (?:you|everyone|everybody|all)|by you|for you|for <us> to|to (?:<do>|ship|go|skip|send|<soft>)|if|that <we>)\b").unless(r"\b(?:how|why|when|where)\b"),
        Rule::puts(r"\b(?:is|would|will) (?:it|this|that|the [a-z]+|everything|the above|this one) (?:<soft> |be )*(?:<acceptable>) ?(?:with you|by you|to you|for you|then|as is|as it is|as (?:drafted|written|proposed)|in your view)?\?$").unless(r"\b(?:how|why|when|where|what)\b"),
        Rule::puts(r"\b(?:does|do|would|will) (?:this|that|these|the [a-z]+|option [a-z0-9]+) (?:<soft> )*(?:(?:work|do) for (?:you|everyone|everybody|all)|suit(?: you)?|sound (?:ok(?:ay)?|good|fine|right|reasonable|acceptable)|(?:look|seem) (?:ok(?:ay)?|good|fine|acceptable|reasonable) to you)\b")
            .unless(r"\b(?:how|why|when|where|what|now|still|again|workaround|fix|build|version|sample|link)\b|\bwork for (?:you|everyone|all) (?:like|on|in|under|without|from)\b"),
        Rule::puts(r"^(?:does )?(?:that )?sounds? (?:ok(?:ay)?|good|fine|reasonable|acceptable)\b"),
        Rule::says(r"(?:^|, |\bso |\b(?:would|do) (?:you|anyone|anybody) (?:<soft> |very |terribly |awfully )*)mind (?:awfully |very much |terribly )?(?:if|<us>|my|our)\b").unless(r"\bmind if <we> (?:<soft> )*(?:ask|request|enquire|inquire|know|remind|point|add|see|have|get)\b|\b(?:bear|keep|in) mind\b"),
        Rule::puts(r"\b(?:any|no|are there any|have you any|do you have any|does anyone have any|is there any|you have any) (?:[a-z]+ )?objections?\b").unless(r"\bdid\b"),
        Rule::says(r"\bany objections? (?:to|if|against|from)\b").unless(r"\b(?:without|were there|is there) any objection\b"),
        Rule::puts(r"\b(?:do|does|would|will) (?:<you>) (?:<soft> )*object\b"),
        Rule::puts(r"\b(?:any|you have an?|be an?) (?:[a-z]+ )?(?:issues?|problems?|concerns?|difficulty) (?:with (?:<us> [a-z]+ing|my [a-z]+ing|our [a-z]+ing|that approach|this plan|this proposal)|if <we>|about (?:<us>|our|my) [a-z]+ing)\b")
            .unless(r"\b(?:know|aware|heard|see|seen|was there|were there|found)\b"),
        Rule::puts(r"\bdo you (?:<soft> )*(?:agree (?:to|that|with)|agree\?|approve|consent|authori[sz]e|concur|accept|permit|allow)").unless(r"\b(?:how|why|when|where|which|what|who)\b"),
        Rule::puts(r"^(?:are we )?(?:all )?(?:agreed|approved|permission|go|all good|good to go|lgtm|ok|okay)(?: (?:then|from you|by you|to [a-z ]+))?\?$"),
        Rule::puts(r"^(?:[a-z]+, )?(?:may i have |do i have |requesting )?permission to\b").unless(r"\bpermission to (?:view|access|read|see|open|write to)\b"),
        Rule::puts(r"\blgtm (?:from|by|to) you\b"),
        Rule::puts(r"\b(?:is it|is this|is that|so its) a (?:go|yes|deal)\b"),
        Rule::puts(r"\bdo <we> have (?:the |a |an |your )?(?:[a-z]+ )?<consent>\b"),
        Rule::puts(r"\b(?:will|would|could|can|do) you (?:<soft> )*(?:let|allow|permit) <us>\b").unless(r"\blet <us> (?:know|have|see)\b"),
        // Can you give it?
        Rule::says(r"\b(?:can|could|would|will|might) (?:<you>) (?:<soft> )*(?:<approve>)\b").unless(r"\b(?:who|what|why|how|when|where|which|not|before|need from us|tell)\b.*\b(?:can|could|would|will) (?:<you>)\b"),
        Rule::says(r"\b(?:can|could|would|will) (?:<you>) (?:<soft> )*(?:review|check|read|unblock|unlock|help|have a look|take a look|look at)(?: [a-z]+){0,6} (?:and|by|with|for) (?:<soft> )*(?:<approve>|<approving>|your (?:<consent>))\b"),
        Rule::says(r"\b(?:can|could|would|will|please|kindly) (?:(?:<you>) )?(?:<soft> )*(?:give|grant|provide|send|lend|issue)(?: <us>| this| it| your| a| an| the)*(?: quick| final| formal| written| last| short)*(?: <consent>)(?: |,|\?|$)").unless(r"\b(?:dont|not|never)\b"),
        Rule::says(r"\b(?:can|could|would|will) you (?:<soft> )*confirm (?:that )?(?:your (?:agreement|approval|consent)|you(?:re| are| would be) (?:<soft> )*(?:<content>)|you (?:agree|consent|approve)|<we> (?:can|may|could|should|are (?:ok|okay|clear|good|free|allowed))|(?:this|that|it) is (?:ok(?:ay)?|fine|acceptable|approved))"),
        Rule::says(r"\b(?:can|could|may) <we> (?:<soft> )*get (?:<you>) to (?:<soft> )*(?:<approve>)\b"),
        Rule::says(r"\bany chance (?:that )?(?:<you>|of you) (?:can |could |would )?(?:<soft> )*(?:<approve>|<approving>)\b"),
        // Please do.
        Rule::says(r"\b(?:<please>) (?:<soft> )*(?:(?:review|check|read|look|have a look|take a look|consider)(?: [a-z]+){0,5} and (?:<soft> )*)?(?:<approve>)\b").unless(r"\b(?:not|never) (?:<approve>)\b|\bok(?:ay)? (?:thanks|thank)\b"),
        Rule::says(r"\b(?:<please>) (?:<soft> )*(?:confirm|let <us> know|advise|tell <us>|indicate) (?:whether |if |that )?(?:<we> (?:can|may|could|should|are (?:ok|okay|clear|good|free|allowed))|(?:you )?(?:agree|approve|consent|accept)|you(?:r)? (?:agreement|approval|consent|agree|approve|consent|accept)|(?:this|that|it) (?:is|would be) (?:ok(?:ay)?|fine|acceptable|approved|in order))\b").unless(r"\b<we> (?:can|could|may) (?:<soft> )*(?:help|assist|be of|do anything|answer|clarify|explain)\b"),
        Rule::says(r"\blet <us> know (?:whether|if|when|once) <we> (?:can|may|could|should|are (?:ok|okay|clear|good|free|allowed))\b").unless(r"\b<we> (?:can|could|may) (?:<soft> )*(?:help|assist|be of|do anything|answer|clarify|explain)\b"),
        Rule::says(r"\blet <us> know (?:whether|if|when) (?:this|that|it|they|these|the [a-z]+|this [a-z]+) (?:can|may) (?:<soft> )*be (?:<soft> )*(?:approved|signed off|merged|released|closed|resolved|paid|sent|published|shipped|deployed|cancelled|waived)\b"),
        Rule::says(r"\blet <us> know (?:whether|if) (?:this|that|it|the [a-z]+) (?:sounds|looks|seems|works|would be|is) (?:<soft> )*(?:ok(?:ay)?|good|fine|right|reasonable|acceptable|agreeable)(?: (?:to|for|with) (?:you|everyone|all))?(?:,|$)").unless(r"\bis (?:right|good)\b"),
        Rule::says(r"\b(?:allow|permit) <us> to (?:<do>)\b").unless(r"\b(?:does|did|will|would|should|not|doesnt|didnt|wont) (?:[a-z]+ )?(?:allow|permit)\b|\b(?:which|that|to) (?:allow|permit)\b"),
        Rule::says(r"\bgrant <us>\b").unless(r"\bdid\b"),
        // It is needed, awaited, sought.
        Rule::says(r"\b(?:need|needs|require|requires|want|await|awaiting|waiting (?:for|on)|wait (?:for|on)|pending|subject to|seek|seeking|request|requesting|requested|ask(?:ing)? for|chas(?:e|ing)(?: up| again)?(?: for)?|looking for|look forward to|would like|would appreciate|appreciate|welcome|value|grateful for|hoping for|expect|receive|obtain|get|have|after|until|without|blocked (?:on|by|until)|stuck (?:on|without)|depends on) (?:[a-z]+ ){0,3}your (?:[a-z]+ ){0,2}(?:<consent>)(?: |,|\?|$)")
            .unless(r"\b(?:thanks?|thank you|thx|cheers|received|noted)\b.*\byour (?:[a-z]+ ){0,2}<consent>|\b(?:did|do) not (?:need|require)\b|\bdont (?:need|require)\b|\b(?:no need|no longer|not needed|unnecessary)\b|\b(?:^|we |i )(?:have|received|got|obtained) your (?:[a-z]+ )?(?:<consent>)"),
        Rule::says(r"(?:^|, |\b(?:i|we|im|id|wed|weve|were)(?: [a-z]+){0,2} )(?:just |still |now |also |only )*(?:need|require|await|awaiting|waiting (?:for|on)|seek|seeking|requesting|request|asking(?: you)? for|chasing(?: up| again)?(?: you)?(?: for)?|looking for|would (?:like|need)|grateful for|apply(?:ing)? for|ask(?: you)? for) (?:an? |the |some |final |formal |written |quick |official |explicit |prior |another |one |last )*(?:<formal>)\b")
            .unless(r"\b(?:from|by|of) (?:the )?(?:[a-z]+ )?(?:board|legal|finance|customer|client|underwriter|broker|council|regulator|committee|management|director|hr|security|head office|supplier|vendor|owner|landlord|city|insurer)\b|\b(?:who|how|which|where|what|why)\b|\b(?:dont|not|no longer|doesnt|didnt|never) (?:need|require|seek|ask|wait)|\b(?:he|she|they|customer|client|team|has|have|had|been|was|were) (?:[a-z]+ )?(?:need|require|await|awaiting|waiting|seeking|requesting|asking|asked|requested|request)"),
        Rule::says(r"\b(?:need|needs|require|want|waiting for|await|awaiting|would like|looking for) (?:an? |the |one more |some |at least one |another )*(?:[a-z]+ )?(?:<consent>|lgtm) (?:from|by) (?:you|one of you|someone|somebody|anyone|a maintainer|an approver|a codeowner)\b"),
        Rule::says(r"\byour (?:[a-z]+ )?(?:<formal>|ok|okay|agreement) (?:[a-z]+ )?(?:is|are|will be|would be|is still) (?:[a-z]+ )?(?:required|needed|awaited|requested|outstanding|pending|missing|sought|appreciated|necessary|welcome)\b"),
        Rule::says(r"\b(?:for|ready for) (?:your )(?:[a-z]+ )*(?:<formal>|agreement)\b").unless(r"\b(?:thanks|thank you|thx|cheers|many thanks|grateful) for your\b.*\bnow\b|\b(?:thanks|thank you|thx|cheers) (?:[a-z]+ ){0,3}for your\b"),
        Rule::says(r"^(?:[a-z]+, )?(?:submitt(?:ing|ed)|submit|put(?:ting)?|present(?:ing)?|resubmitt(?:ing|ed)|up|ready|sent|sending|here) (?:[a-z]+ ){0,4}for (?:[a-z]+ )?(?:approval|sign ?off|authori[sz]ation)$"),
        Rule::says(r"\b(?:until|unless|once|when|if|as soon as) you (?:<soft> )*(?:say (?:yes|so|go|ok(?:ay)?)|approve|sign (?:it |this )?off|agree|consent|confirm (?:that )?(?:its|it is|you are|youre|this is) (?:<content>)|give (?:<us> )?(?:the|your|a|an) (?:<consent>)|ok(?:ay)?|are happy|are ok(?:ay)?)\b").unless(r"\b(?:when|if|once) you (?:<soft> )*(?:approve|agree|sign) (?:[a-z]+ )*(?:the system|the form|a form|an?|it (?:closes|moves|goes))\b"),
        Rule::says(r"\b(?:run|ran|pass|check|clear|square) (?:it|this|that|them|the [a-z]+) (?:past|by|with) you (?:first|before|and get|for (?:approval|agreement|your))\b"),
        Rule::says(r"\b(?:run|ran|pass) (?:it|this|that|them|the [a-z]+) (?:past|by) you\b"),
        Rule::says(r"\bget your (?:[a-z]+ )?(?:<consent>)\b"),
        Rule::says(r"\b(?:do|would) <we> need (?:your (?:<consent>)|to (?:wait for|ask|check with) you)\b"),
    ],
};

/// Questions without a question mark.
pub(super) const ASKS: List = List {
    vocabulary: VOCABULARY,
    cues: r"(?:can|could|would|will|may|shall|should|do|does|did|is|are|was|were|has|have|what|why|how|when|where|who|which|any|wonder(?:ing)?|curious|like to know)\b",
    rules: &[
        Rule::says(r"^(?:(?:hi|hello|hey|dear|so|and|but|ok|also|please|sorry)(?: [a-z]+)?, )?(?:can|could|would|will|may|shall|should) (?:you|i|we|it|this|that|they|he|she|someone|somebody|anyone|anybody)\b"),
        Rule::says(r"^(?:(?:hi|hello|hey|dear|so|and|but|ok|also|please|sorry)(?: [a-z]+)?, )?(?:do|does|did|are|is|was|were|has|have) (?:you|we|they|he|she|it|this|that|there|anyone|anybody|someone|somebody)\b"),
        Rule::says(r"^(?:(?:hi|hello|hey|dear|so|and|but|ok|also|please|sorry)(?: [a-z]+)?, )?(?:what|why|how|where|who|which [a-z]+) (?:is|are|was|were|do|does|did|can|could|would|should|will|has|have|about|much|many|long)\b")
            .unless(r"\b(?:is|are) (?:explained|described|shown|listed|documented) \b|^how (?:much|many|long)? ?[a-z]+ (?:i|we) (?:missed|like|love)"),
        Rule::says(r"^when (?:is|are|was|were|do|does|did|can|could|would|should|will|has|have) (?:you|i|we|it|this|that|they|the)\b"),
        Rule::says(r"\b(?:wondering|wonder|like to know|curious) (?:if|whether|what|why|how|when|where|who|which)\b"),
    ],
};

/// Reasons.
pub(super) const REASON: List = List {
    vocabulary: VOCABULARY,
    cues: r"because|cuz|so\b|in order|due|owing|account|since|as\b|therefore|hence|thus|thats why|which is why|is why|sake|reason|given|grounds|seeing|considering|or else|to (?:avoid|prevent|ensure|make|keep|reduce|stop|protect|comply|save|allow)|otherwise|lest|in view|in light|result|driven",
    rules: &[
        Rule::says(r"\b(?:because|cuz)\b"),
        Rule::says(r"\bso (?:that|as to|as not to)\b").unless(r"\b(?:said|think|hope|told you|if) so that\b"),
        Rule::says(r", so (?:it|i|we|he|she|they|the|this|that|there|you|please|lets|no|nothing|im|ive|its)\b"),
        Rule::says(r"\bin order (?:to|that|not)\b"),
        Rule::says(r"\b(?:due|owing) to\b").unless(r"\bdue to (?:arrive|start|begin|be|expire|end|finish|close|go|land|meet|come|renew|complete|ship|launch)\b"),
        Rule::says(r"\bon account of\b|\bin (?:view|light) of\b|\bas a (?:result|consequence) of\b|\bon the grounds\b|\bby reason of\b|\bfor fear of\b"),
        Rule::says(r"\bsince (?:we|it|i|you|they|he|she|this|that|these|there|our|your|their|my|all|both|no|none|nobody|its|were|theyre|youre|im|ive|weve|the [a-z]+ (?:is|are|was|were|has|have|had|does|do|did|cannot|cant|can|will|would|only|no|still|already))\b")
            .unless(r"\b(?:ever|long|years|months|weeks|days|hours|time) since\b|\bsince (?:this|that|these|our|my|your|their) (?:morning|week|month|year|time|monday|tuesday|wednesday|thursday|friday|call|meeting|last|release|day|weekend|then|update|version)\b"),
        Rule::says(r"\bas (?:there|it|this|we|i|they|you|he|she|that|these|the [a-z]+|its|our [a-z]+) (?:[a-z]+ )?(?:is|are|was|were|has|have|had|do|does|did|cannot|cant|will|would|no longer|only|falls|fall|lies|exceeds?|breaks?|lacks?|needs?|requires?|contains?|uses?)\b")
            .unless(r"\b(?:as (?:soon|far|long|well|much|many|good|fast|quick|late|early|often) as|same as|such as|just as|exactly as|known as|the way as|not as|leave it as|keep it as|as it (?:is|was)$|as is)\b|\bas (?:we|you|i|they) (?:have|had|did|do|were) (?:discussed|agreed|said|seen|know|before|last)\b"),
        Rule::says(r"\b(?:therefore|hence|thus)\b"),
        Rule::says(r"\b(?:thats|that is|which is|this is) why\b"),
        Rule::says(r"\bfor the sake of\b|\bfor (?:this|that|the following|these|those|the same) reasons?\b|\b(?:the|my|our|one) (?:main )?reasons? (?:is|being|for|was|are|why)\b|\breason, "),
        Rule::says(r"\b(?:given|seeing|considering) (?:that|the|our|how|its)\b").unless(r"\b(?:was|were|is|been|be) given (?:the|our)\b"),
        Rule::says(r"(?:^|, |[a-z] )(?:to|and) (?:avoid|prevent|ensure|make sure|keep (?:the|it|this|us|them|things)|reduce|protect|comply with|stop (?:the|it|this|us|them)|save (?:time|money|the|us))\b").unless(r"\b(?:how|need|needs|want|wants|asked|please|try|trying|have|has|able|must|going|aim|aims|remember|you|like) (?:[a-z]+ )?to (?:avoid|prevent|ensure|make|keep|reduce|protect|comply|stop|save)\b|\band (?:avoid|prevent|ensure|make|keep|reduce|protect|comply|stop|save)\b"),
        Rule::says(r", otherwise\b|^otherwise\b|\bor else\b"),
    ],
};

/// A question for what a thing is for.
pub(super) const ASKS_WHY: List = List {
    vocabulary: VOCABULARY,
    cues: r"why\b|what|whom\b|who\b|which|how come",
    rules: &[
        Rule::puts(r"\bwhy\b|\bhow come\b|\bwhat for\b"),
        Rule::puts(r"\bwhat(?:s| is| was| are)? (?:the |this |it |that |these |our |your )(?:[a-z]+ )?(?:for|reason|purpose|goal|aim|point|motivation|rationale|benefit|background|use case)\b"),
        Rule::puts(r"\b(?:for|to) whom\b|\bwho (?:is|are|was) (?:it|this|that|these|they|affected)\b|\bwho (?:needs|wants|asked|uses|requested|benefits)\b|\b(?:which|what) (?:kind of )?(?:customers?|users?|clients?|policyholders?|brokers?)\b"),
        Rule::puts(r"\bwhat (?:problem|need) (?:does|do|is|are|would)\b"),
        Rule::says(r"\b(?:explain|clarify|tell (?:me|us)|understand|unclear|not clear|wonder|wondering) (?:[a-z]+ ){0,3}(?:why|what (?:it|this|that) is for|the (?:reason|purpose|goal|point))\b").unless(r"\b(?:now|i|we) (?:see|understand) why\b"),
    ],
};

/// A question for a number, a date or a budget.
pub(super) const ASKS_BOUND: List = List {
    vocabulary: VOCABULARY,
    cues: r"how (?:much|many|long|soon|fast|often|far)|when\b|deadline|due date|date\b|budget|limit|target|threshold|figure|number|maximum|minimum",
    rules: &[
        Rule::puts(r"\bhow (?:much|many|long|soon|fast|often|far)\b")
            .unless(r"\bhow (?:much|far) (?:do you|did you|have you) (?:like|got)\b"),
        Rule::puts(
            r"\b(?:by|until|till|since) when\b|^(?:and |so |but )?when (?:is|are|do|does|will|would|should|must|can|shall)\b",
        ),
        Rule::puts(
            r"\b(?:what|which|whats|is there|are there|do we have|have we)(?: [a-z]+){0,3} (?:deadline|due date|date|budget|limit|target|threshold|figure|number|amount|maximum|minimum|cap)\b",
        ),
    ],
};

/// What is to be reached.
pub(super) const GOAL: List = List {
    vocabulary: INTENT,
    cues: r"want|need|would|should|goal|aim|objective|purpose|intention|intent\b|intend|outcome|motivation|expect|enable|allow|let\b|lets\b|propos|plan|improve|reduce|increase|speed|cut\b|simplify|ensure|make|as an?\b|ought|must",
    rules: &[
        Rule::says(r"\bas an? (?:[a-z]+ ){0,5}[a-z]+,? i (?:want|need|would like|wish|can|should)\b"),
        Rule::says(r"\b(?:<who>) (?:<soft> )*(?:needs?|wants?|would (?:like|love|prefer)|wish(?:es)?)\b").unless(
            r"\b(?:<who>) (?:<soft> )*(?:needs?|wants?|would like) (?:<soft> )*(?:more|further|your|some|the|an?|full|complete|runnable)? ?(?:[a-z]+ )?(?:info|information|details?|logs?|test ?cases?|samples?|reproduc[a-z]+|approval|sign ?off|consent|permission|ok|feedback)\b|\b(?:want|like|need)s? (?:<soft> )*to (?:ask|know|thank|say|point out|let you|see (?:if|whether)|check|mention|add that|hear)\b|\b(?:not|dont|doesnt|if (?:you|we|they)) (?:<soft> )*(?:want|need|wish)\b|\?$",
        ),
        Rule::says(r"^(?:i )?(?:would|id) (?:like|love|prefer)\b|^needs? to\b|\bthere (?:needs|has|ought) to be\b|^need (?:an?|the)\b").unless(r"\bto (?:ask|know|thank|say|point out)\b|\?$"),
        Rule::says(r"\b(?:would|itd|might) be (?:<soft> |very |really |quite |so )*(?:nice|great|useful|good|cool|helpful|better|ideal|handy|lovely|best) (?:if|to|for)\b").unless(r"\bif you (?:can|could|would) (?:provide|send|share|give|attach|tell)\b"),
        Rule::says(r"\b(?:goal|aim|objective|purpose|intention|motivation|desired outcome|intended outcome|desired result) (?:of [a-z0-9 ]{1,50} |here |behind [a-z0-9 ]{1,40} )?(?:is|are|was|were)\b").unless(r"\bnot (?:a|the) (?:goal|aim)\b|\bcross purpose\b"),
        Rule::says(r"^(?:the )?(?:goals?|aims?|objectives?|purpose|user story|desired outcome|motivation)(?:$|, )"),
        Rule::says(r"\baims? (?:to|at)\b|\b(?:so as|is (?:meant|intended|supposed)) to (?:help|let|make|allow|reduce|cut|improve)\b"),
        Rule::says(r"\bshould(?:nt)?\b|\bought to\b").unless(
            r"\bshould (?:be (?:fixed|resolved|solved|ok|okay|fine|merged|ready|good|done) (?:now|by|in|with|already)?|(?:now |already |probably )?work\b|have (?:been|no|worked))|\bif (?:[a-z]+ ){0,3}should\b|\bshould (?:i|you|anyone|anybody)\b|\?$|\byou should (?:try|check|see|use|be able|get|ask|read)\b",
        ),
        Rule::says(r"\b(?:we|it|spec|text|document|documents|protocol|draft|[a-z]+s?) (?:will )?needs? to (?:be able|support|ensure|specify|decide|agree|handle|define|add|remove|allow|make|provide|have|change|stop|keep|show)\b").unless(r"\byou (?:will )?needs? to\b|\?$"),
        Rule::says(r"^(?:please )?(?:enable|allow|let|help) (?:[a-z]+ ){1,4}to\b|^(?:enable|help) (?:<people>)\b|^make (?:it|sure|very)\b"),
        Rule::says(r"\b(?:this|which|it|that|change|commit|patch|feature) (?:will |would |should |may )?(?:allows?|enables?|lets|helps?|makes? it (?:easier|possible|simpler|clearer|safer|faster))\b").unless(r"\b(?:does not|doesnt|didnt|not|never) (?:allow|help|let)\b|\bcurrently allows?\b|\bany help\b"),
        Rule::says(r"\bto (?:<soft> )*(?:improve|reduce|increase|speed up|simplify|ensure|prevent losing|cut|shorten|make (?:it|them|this) (?:easier|possible|simpler|clearer|faster|safer))\b").unless(r"\b(?:how|tried|trying|try) to\b"),
        Rule::says(r"^(?:the )?(?:expected|desired|wanted) (?:results?|behaviou?r|outcome)\b|\b(?:would|i|we|you) (?:have )?expect(?:ed)?\b (?:[a-z]+ ){0,6}to\b"),
        Rule::says(r"\b(?:we|i) (?:<soft> )*(?:propose|intend to|plan to)\b|\bproposed? (?:change|new|solution|attribute|behaviou?r)\b"),
    ],
};

/// An outcome with a number.
pub(super) const METRIC: List = List {
    vocabulary: INTENT,
    cues: r"[0-9]|one in|two in|half|third|quarter|per (?:day|week|month|hour|year)|times an?\b",
    rules: &[
        Rule::says(r"\b(?:<outcome>)\b(?:[, ]+[a-z0-9_]+){0,9}?[, ]+(?:<amount>)\b"),
        Rule::says(r"\b(?:<amount>)(?: [a-z0-9_]+){0,6}? (?:<outcome>)\b"),
        Rule::says(
            r"\b(?:<count>) (?:in|of|out of) (?:every )?(?:<count>) (?:[a-z]+ ){0,4}(?:is|are|was|were|do|does|fails?|leaves?|drops?|gives?|abandons?|complains?|ends?|calls?|returns?)\b",
        ),
        Rule::says(
            r"\b(?:<count>) times an? (?:second|minute|hour|day|week|month|year)\b|\b(?:<count>) (?:[a-z]+ )?(?:calls|tickets|complaints|errors|quotes|orders|claims|requests|users|customers|hours) (?:a|per|every|each) (?:second|minute|hour|day|week|month|year)\b",
        ),
    ],
};

/// A regulation, a date, a budget.
pub(super) const CONSTRAINT: List = List {
    vocabulary: INTENT,
    cues: r"gdpr|hipaa|sox\b|pci|psd2|mifid|solvency|dora\b|fca\b|pra\b|regulat|complian|legal|law|statut|audit|directive|policy|licen|contract|deadline|by\b|before|until|later than|budget|cost|money|required|mandat|prohibit|permitted|forbidden|must|cap\b|ceiling|freeze",
    rules: &[
        Rule::says(r"\b(?:gdpr|hipaa|psd2|mifid|solvency|dora|fca|pra|pci dss|sarbanes|sox|ccpa|eu ai act)\b"),
        Rule::says(r"\b(?:regulat(?:ion|ions|or|ors|ory)|compliance|legal(?:ly)?|laws?|statut(?:e|ory)|auditors?|ombudsman|data protection|segregation of duties)\b")
            .unless(r"\b(?:legal|law) (?:values?|characters?|syntax|moves?|names?|state|input)\b|\bmoores? law\b|\bdemeter\b|\b(?:not|il) ?legal (?:in|to use)\b|\blegally binding\b"),
        Rule::says(r"\b(?:per|under|against|by|violates?) (?:our|the|their|its|company|google|apple|store) (?:[a-z]+ )?policy\b"),
        Rule::says(r"\b(?:by|before|until|till|no later than|not later than) (?:the )?(?:end of |close of |mid |early |late |start of |<weekday>,? )*(?:the )?(?:<date>)\b").unless(r"\b(?:reported|created|written|found|fixed|merged|signed|released|closed) (?:[a-z]+ )?(?:by|before|until)\b|\bonly until\b"),
        Rule::says(r"\bdeadlines?\b|\bcode freeze\b|\bgo live (?:date|is|on)\b|\bdue (?:by|on|date)\b").unless(r"\bdeadline (?:timer|exceeded|scheduler)\b"),
        Rule::says(r"\b(?:budget|headcount|cost) (?:is|of|cap|limit|ceiling|allows?|for|will not)\b|\b(?:within|over|under|no|out of) (?:the |our )?budget\b|\b(?:cap|limit|ceiling|maximum|at most|no more than|not more than|up to|under|below) (?:of |at )?money\b"),
        Rule::says(r"\b(?:is|are) (?:[a-z]+ )?(?:required|mandated|prohibited|forbidden|permitted|imposed) (?:by|under|as (?:with|of)|to)\b").unless(r"\brequired (?:to (?:reproduce|run|build|install|use|compile|fix)|by (?:the|this) (?:code|function|test|build))\b|\bis permitted\b"),
        Rule::says(r"\b(?:you|we|apps?|everyone|they) must (?:<soft> )*(?:implement|comply|support|keep|not|provide|use|be|delete|inform|report|offer|sign)\b|\bmust (?:comply|conform|not exceed|be compliant)\b").unless(r"\bmust be (?:something|a bug|missing|wrong|because|the|an?)\b"),
    ],
};

/// Who is affected.
pub(super) const CUSTOMER: List = List {
    vocabulary: INTENT,
    cues: r"customer|client|user|policyholder|broker|claimant|patient|subscriber|consumer|tenant|shopper|visitor|member|staff|developer|implement|packager|people|as an?\b|partner|buyer|supplier|passenger|student|citizen|merchant",
    rules: &[
        Rule::says(r"\b(?:<people>)\b").unless(r"\b(?:end )?users? ?(?:agent|name|id|ids|space|land|interface|guide|manual|defined|data|input|account|table|model|group|groups|settings?|directory|home|mode|profile|experience|story)\b|\bsuper ?user\b|\bcustomers? (?:id|table|field|column|number)\b"),
        Rule::says(r"\bas an? (?:[a-z]+ ){0,5}[a-z]+,? i (?:want|need|would like|wish|can|should)\b"),
        Rule::says(r"\b(?:our|the|a|your|their|large|important|key|paying) clients? (?:wants?|needs?|asks?|asked|complain[a-z]*|cannot|expects?|reported|reports?|pays?|is unhappy|are unhappy)\b"),
        Rule::says(r"\b(?:for|enable|allow|let|help|prevent|so that|cause) developers?\b|\bdevelopers? (?:to|can|who|cannot|could|must|has|have) \b|\bfor implement[eo]rs\b|\b(?:people|anyone|everybody|everyone) (?:using|running|who (?:use|run|buy|call|pay))\b"),
    ],
};

/// What is not to be done.
pub(super) const NON_GOAL: List = List {
    vocabulary: INTENT,
    cues: r"scope|goal|will not|wont|not\b|dont|later|future|follow|support|exclud|separate|further|left",
    rules: &[
        Rule::says(r"\b(?:out of|not in|outside|beyond|not within) (?:the |our |its )?scope\b|\bscope does not include\b"),
        Rule::says(r"\bnon ?goals?\b|\bnot (?:a|the|an?|one of the|our) (?:goal|aim|objective|purpose)\b"),
        Rule::says(r"\bwe (?:will not|wont|shall not|do not want to|dont want to|are not going to|do not intend|dont intend|dont plan|do not plan|deliberately (?:do not|dont)|explicitly (?:do not|dont)) [a-z]+").unless(r"\bwe (?:will not|wont) (?:<soft> )*(?:be able|have|know)\b|\bif we\b"),
        Rule::says(r"\b(?:is|are|was|will be) not (?:a )?(?:part|included|covered|addressed)(?: of| in| by)? (?:this|the|here)\b|\bexplicitly (?:excludes?|excluded|leaves? out)\b"),
        Rule::says(r"\b(?:leave|leaves|leaving|left|defer|defers|deferred|deferring|postponed?|keep|kept) (?:[a-z]+ ){0,4}(?:for|to|until|as) (?:an? )?(?:later|future|follow ?up|another|separate|subsequent|next phase|second phase)\b"),
        Rule::says(r"\b(?:will|to|can|should) be (?:submitted|done|handled|addressed|dealt with|covered|implemented|tackled) (?:in|as|by|with) (?:an? )?(?:further|later|separate|follow ?up|future|another|subsequent)\b"),
        Rule::says(r"\bno (?:[a-z0-9]+ ){1,3}support (?:now|yet|for now|at this (?:point|stage))\b|\bnot (?:supported|included|done|planned|needed) (?:in|for) (?:this|the first) (?:version|release|phase|pr|change|patch|iteration|step)\b|\b(?:for now|this time|yet) we (?:leave|skip|ignore)\b"),
    ],
};

/// Words of the rules on intent.
const INTENT: &[(&str, &str)] = &[
    (
        "soft",
        r"also|just|really|still|now|then|only|please|probably|all|both|all of us|definitely|simply|therefore|at least|currently",
    ),
    (
        "people",
        r"customers?|policy ?holders?|brokers?|claimants?|insured|patients?|subscribers?|consumers?|tenants?|shoppers?|visitors?|buyers?|passengers?|citizens?|merchants?|(?:end )?users?|packagers?|(?:claims|front desk|branch|shop|field|call cent(?:re|er)) staff|call handlers?",
    ),
    (
        "who",
        r"we|i|they|it|<people>|developers?|everyone|everybody|folks|the business|sales|claims|operations|product|support|engineering|collectors",
    ),
    (
        "month",
        r"jan(?:uary)?|feb(?:ruary)?|march|april|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?",
    ),
    ("weekday", r"monday|tuesday|wednesday|thursday|friday|saturday|sunday"),
    (
        "date",
        r"(?:[0-9]{1,2}(?:st|nd|rd|th)? (?:of )?)?(?:<month>)|<weekday>|q[1-4]|20[0-9]{2}|spring|summer|autumn|winter|christmas|easter|(?:this|next|the) (?:week|month|quarter|year|sprint|release)|year end|month end|quarter end",
    ),
    (
        "count",
        r"[0-9]+(?: [0-9]{3})*(?:\.[0-9]+)?|one|two|three|four|five|six|seven|eight|nine|ten|a dozen|twelve|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|a hundred|hundreds|half|a third|a quarter",
    ),
    (
        "unit",
        r"percent|per ?cent|percentage points?|pp|ms|milliseconds?|s|secs?|seconds?|mins?|minutes?|h|hours?|working days?|days?|weeks?|months?|x|times|fold|k|kb|mb|gb|rps|fps|fte|points?|users?|customers?|policies|quotes|claims|calls|tickets|errors|complaints|orders|requests|clicks",
    ),
    ("amount", r"money (?:<count>)(?: ?(?:k|m|million|thousand))?|(?:<count>) ?(?:<unit>)"),
    (
        "outcome",
        r"drop ?outs?|drops?|cuts?|reduc(?:e|es|ed|ing|tion)|increas(?:e|es|ed|ing)|rais(?:e|es|ing)|lower(?:s|ed|ing)?|decreas(?:e|es|ed)|improv(?:e|es|ed|ement)|grow(?:s|th)?|targets?|conversions?|churn|retention|latency|response times?|load times?|turnaround|lead time|throughput|uptime|availability|error rate|rate of|share of|takes? (?:us |them |about |around |up to |over )?|spend|spends|spending|costs?|saves?|saving|abandon(?:ed|s|ment)?|nps|revenue|premium|margin|sla|faster|slower|at least|at most|fewer than|less than|no more than|above|below|within|exceeds?|from",
    ),
];
