"""The words by which listed aspects are known. A cue with a sentiment of its own says both: "runs small".

Patterns are regular expressions over lower-case text, matched at the beginning of a word; `*` stands for any ending.
"""

from dataclasses import dataclass

from store.review_shares import aspect_name

# ruff: noqa: E501 - these are tables of words


@dataclass(frozen=True)
class Listed:
    """An aspect: `words` name it, `good` and `bad` say it without naming it; `like` describes it to the encoder."""

    slug: str
    words: str
    good: str = ""
    bad: str = ""
    like: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return aspect_name(self.slug, {})


LISTED = (
    Listed("battery", "batter*|charge*|charging|power bank", "charge left|every other day", "flat by|drain*|runs out of (power|juice)|carry a charger",
        ("the battery lasts all day", "the battery is empty too soon", "it needs to be charged often")),
    Listed("camera", "camera*|photos come|photos are|in photos|pictures of \\w+ \\w+ look|takes* (\\w+ )?(pictures?|photos?)|selfie*|zoom|picture quality", "sharp even", "blurry|washed out",
        ("the camera takes sharp photos", "photos come out blurry")),
    Listed("screen", "(?<!home )(?<!black )(?<!blank )screen(?! ?(cleaner|saver|shots?|protector))|display|touchscreen|resolution|scrolling|dial|glass", "easy to read|joy to read|clear and easy to read", "hard to read|barely read|greenish|dead pixel*|scratched glass",
        ("the screen is bright and easy to read", "the display is hard to read outdoors")),
    Listed("speed", "speed|perform(s|ance)|load times?|loading", "fast|faster|quick|quicker|quickly|snappy|in an instant|smooth as|responsive|no lag|silky smooth|stays cool", "slow|slower|slowly|lag|lags|laggy|lagging|stutter*|gets hot|takes (forever|ages) to (load|open)",
        ("it is fast and opens everything at once", "it is slow and stutters")),
    Listed("sound", "sound|sounds|audio|volume|speaker*|microphone|bass|headphone jack", "", "tinny|muffled|crackl*",
        ("the sound is clear and loud", "the speakers sound tinny")),
    Listed("size_fit", "fit|fits|fitted|fitting|sizing|size|sized|sizes|cut|length|width|waist|hips|chest|bust|shoulders?|sleeves?|inseam|torso|arm ?holes?|neck ?line|measurements?|xxs|xs|xl|petite|hem line|hemline|rise",
        "flattering|flatters?|flatter|runs? true|true to size|perfect (fit|length|size)|great (fit|length)|slimming|forgiving|fits? (me )?(perfect|great|well|beautifully|nicely|amazing)|tts|fits like|fit like|spot on|roomy|made for me|accommodat*|right size|right length|not too (tight|loose|short|long|big|small)|my (usual|normal|regular) (size|\\w+) (fits?|was perfect|is perfect)|loose fitting",
        "run(s|ning)? (very |really |extremely |a (bit|little) |so |quite |too )?(small|large|big|long|short|wide|narrow|tight)|ran (very |really |so |a (bit|little) )?(small|large|big)|(bit|little|slightly|much|way|far|is|was|are|were) (shorter|longer|smaller|bigger|larger|tighter|lower|looser|wider)|(bit|little|slightly) (low|big|small|large|short|boxy)|(shorter|longer|smaller|bigger|larger|tighter|lower|looser|wider) than|poofy|puffy|oversized|size down|snugger|clung|clingy|too (\\w+ )?(small|big|large|tight|loose|short|long|wide|narrow|baggy|boxy|huge|snug|high|low)|(a (bit|little|tad|smidge)|slightly|somewhat|super|really|so|very|extremely|way|was|were|are) (too )?(tight|loose|baggy|boxy|short|huge|tiny|snug|long|wide|narrow)|(was|is|are|were|be) (just |way |so |very |much )?(too )?(big|tiny|huge|small|short|long|loose|tight)|siz(e|ed|ing) (up|down)|a size (up|down|smaller|larger|bigger)|order(ed)? (\\w+ )?(size|one) (up|down)|half a size|far too (wide|small|big)|tent|maternity|hangs? (down|off|weird|funny|oddly)|unflattering|gap(s|ed|ing)|sit oddly|like a boat|swimming in|drown(s|ed)? (in|me)|massive|oversize|restrictive|no shape|hung off|cut (too )?(narrow|wide|small)|narrow in|wide in|would not go|wouldn'?t (go|button|zip|close)|taken in|hem them|shapeless|smaller than|bigger than|larger than|lottery",
        ("it fits perfectly and is true to size", "it runs small, order a size up", "too tight in the chest", "the length is right", "it was too big on me")),
    Listed("fabric", "fabric|material|yarn|(cotton|wool|linen|silk|lace|leather|denim|velvet|suede|jersey)(?! (jackets?|jeans?|skirts?|dress(es)?|tops?|shirts?|boots?|pants|shorts|details?|panel))|knit|polyester|lining|lined|cashmere|canvas|texture|cloth|thread",
        "soft|softer|softest|silky|flowy|airy|(super|so|nice and|very) warm|cozy|nice drape|light and|drapey|thick and|warm and|breathable|stretchy|lightweight|light weight|drapes? (well|beautifully|nicely)|not see.?through|substantial|thick enough",
        "scratchy|thin(ner)?|see.?through|sheer|flimsy|stiff|bobbled|pill(s|ed|ing)|creases?|wrinkl*|no stretch|clung|snags?|too thick|bulky|itchy fabric|not stretchy|static|snag*|shed(s|ding)?",
        ("the fabric is soft and lovely", "the material is thin and scratchy")),
    Listed("colour", "colou?rs?(?! tee)|coloured|shades?|hue|prints?|patterns?|stripes?|ivory|navy|burgundy|palette", "colou?r is (even )?(nicer|accurate|gorgeous)|vibrant|vivid", "(darker|lighter|brighter|duller|different) (\\w+ )?(than|from|in person)|fade(d|s)?|dull(er)?|colou?r (ran|bled|run)|bled|bleeds|discolou?r*|stain(s|ed)",
        ("the colour is beautiful and as pictured", "the colour looks different from the picture", "it faded")),
    Listed("comfort", "comfort", "comfortabl*|comfy|comfier|snuggly|cushion*|supple|without a blister|feet thank|forget that i am wearing|cozy|cosy|sits? flat on my wrist|does not slip", "uncomfortable|itch(y|es|ing)?|rub(s|bed|bing)?|blister*|pinch(es|ed|ing)?|digs? in|dug in|hard as|cuts into|irritat*|chaf(e|es|ed|ing)|insole|keeps slipping|hurt(s|ing)?",
        ("comfortable to wear all day", "it rubs and is uncomfortable", "itchy on the skin")),
    Listed("quality", "quality|workmanship|craftsmanship|construct(ed|ion)|stitching|stitched|seams?|zips?|zippers?|buttons?|sole|finish(ed)?|beading|hardware|build|durability|edges|clasp|crown",
        "well.?made|made well|sturdy|durable|solid(?! (colou?r|top|white|black))|built to last|beautifully made|high.quality|still like new|took care|holds? up|lasted|reassuring|well crafted|clean and",
        "cheap(ly)? (made|looking)?|cheap|broke|broken|breaks|rip(ped|s)?|torn?|tore|tear(s|ing)?|disintegrat\\w+|comes? apart|coming apart|fell apart|falls? apart|falling apart|came (loose|off|apart|undone)|unravel(l?ed|l?ing|s)?|defect*|(?<!arm )(?<!button )holes?|loose threads?|poorly (made|constructed|sewn)|shoddy|sloppy|chip(ped)?|wobbl*|rattle|scratch(ed|es)|shows marks|glue|looks like plastic|smells? of|stuck after|durable at all|water got in|wear(s)? out|worn out|did ?n'?o?t last|opened after",
        ("it is well made and durable", "poor quality, it fell apart", "it broke after a week")),
    Listed("price", "price|prices|priced|pricing|cost|costs|money|value|cent|penny|dollars?|\\$|pay|paid|bargain|discount|sale|subscription|fees?|refund",
        "steal|(is|it'?s|its|was) free|great deals?|money saver|saves? (me |you )?money|worth (it|every|the (price|money|cost))|good value|great value|(good|great|excellent) (price|deal|buy)|cheap price|price is right|very cheap|affordable|inexpensive|bargain|reasonabl*|half price|1/2 price|for (a )?free|(and|it ?i?s|it'?s|that it is) free|fine if you get it on sale|dearer than it is",
        "overpriced|over.?priced|(?<!looks )(?<!look )expensive|pricey|too much money|waste of (\\w+ )?money|rip.?off|(not|n'?t|never) (\\w+ )?worth|save your money|cost(s)? too much|for the price|steep|hefty|(regret|not happy) (pay|spend)\\w*|(not|n.t) justify",
        ("good value for the price", "overpriced and not worth the money", "it is cheap")),
    Listed("look", "style|styling|styled|design|designed|look(s|ed)?(?! (for|forward|up|at|into))|appearance|detail(s|ing)?|graphics|layout|silhouette|shape|ui|swing|picture|photo|pictured|model",
        "cute|cuter|cutest|adorable|darling|dainty|tasteful|sophisticated|dressy|trendy|(do|does) (\\w+ ){1,4}justice|work of art|pretty(?=\\s*($|[^\\w\\s]|and |in |on |when |dress|top|skirt|style|blouse))|prettier|prettiest|beautiful|beautifully|gorgeous|stunning|stylish|elegant|lovely|chic|classy|compl[ie]ments?|sexy|fashionable|unique|flirty|feminine|elegant|eye.?catching|sweet|(looks?|looking) (great|good|amazing|fantastic|fabulous|nice|wonderful)|great look|classic|asked where|as (pictured|shown)",
        "ugly|sloppy|muumuu|tacky|outdated|dated|shapeless look|frumpy|hideous|dowdy|matronly|linebacker|cheaper than|clumsy|fussy|unattractive|(nothing|not) (at all )?like the (picture|photo)|costume|did ?n'?o?t look good|not (as )?pretty|not a good look|plain",
        ("it looks beautiful and stylish", "it looks cheap and ugly", "a cute design", "i get compliments")),
    Listed("washing", "wash|washed|washing|washes|laundry|dry.?clean|iron(ing|ed)?|dryer", "out of the wash like new|hardly needs|still in shape|easy to clean", "shrank|shrunk|shrink(s|ing)?|shrinkage|lost its shape|impossible to clean",
        ("it washes well and keeps its shape", "it shrank in the wash")),
    Listed("ease_of_use", "user.?friendly|interface|instructions|set.?up|controls|navigation|navigate",
        "easy to (use|play|pick up|set|navigate|understand|learn|read|install|operate|download|follow)|simple|(so|very|super|really|is|it'?s|pretty|quite|fairly|and|be) easy|easy(,| and| enough)|easiest|easily (?!be )|user.?friendly|intuitive|convenien(t|ce|tly)|practical|easier|straightforward|(few|one|single) (taps?|clicks?)|handy",
        "hard to (use|play|navigate|understand|figure|operate|control)|difficult to (use|play|navigate|understand|figure|operate|control|read|set)|confus(ing|ed)|complicated|no (directions|instructions)|inconvenient|how to (play|use)|(ca|could)n'?t figure|not (very )?user.?friendly|cumbersome|clunky|awkward",
        ("it is easy to use", "it is confusing and hard to use")),
    Listed("features", "features?|options?|settings|functions?|functionality|customi[sz]e|levels|tools|modes?|selection|variety",
        "feature.?rich|ability to|allows? (you|me|us|for)|gives? you (the )?(option|\\w+ option)|(many|different|several) (\\w+ )?(levels|options|features|settings|colou?rs|choices|games|puzzles|tools|backgrounds|things)|customi[sz]\\w+|helps (me|you)|(lots|tons|plenty) of (?!(fun|use|compliments|thought|room|space|time|and)\\b)\\w+|so many|great (info|information|content|selection|variety)|(love|like) (that|how) (you|it|i)|lets you|allows (you|me)|(i|you) can (also )?(track|see|search|display|listen|know|find|play|set|customi[sz]e|do|save|share|create|choose|change|view|watch)|keeps? track",
        "needs? more|could use more|lacks?|lacking|missing|could ?n'?o?t change|no way to|needs more|limited|wish (it|this|you|i|they) (had|could|would|did)|(would|i'd) (like|love) to see|would be nice|(does|do)n'?t (even )?have|there is no",
        ("it has many useful features", "it lacks options", "you can do everything with it")),
    Listed("reliability", "bugs?|glitch*|errors?|crash(es|ed|ing)?|update|connection|keeps time",
        "work(s|ed|ing)? (\\w+ )?(great|well|perfectly|perfect|fine|good|reliably|wonderfully|wonderful|flawlessly|nicely|amazing|awesome|like a charm|as (it should|advertised|expected|intended))|works on|reliabl*|dependable|(zero|never (had )?(an?|any)) (problems?|issues?)|does everything (i|it|you)|(does|do) the job|no (problems?|issues?)|runs? (smooth|great|well|perfectly|spot on)|keeps time|stable|flawless(ly)?|does (exactly )?what|never (fails|failed|crashed)|plays (very |really )?(well|great)|not had to",
        "(does|do|did|would|will|wo|is|was|ca|could)(n'?t| not|nt|se not)( \\w+)? (work|load|open|function|connect|download|install|read|start|respond|run|wake|go off|let (me|you))|stopped (working|after)|stops working|freez(e|es|ing)|froze|frozen|force.?(s )?clos\\w*|crash(es|ed|ing)?|glitch*|bugs?|buggy|error|blank|unable to (use|open|get|load|log|play)|did nothing|not working|not compatible|incompatible|keeps? (freezing|crashing|stopping|closing)|blank page|black screen|nothing happens|disappear(ed|ing|s)?|loses several|date changes|see nothing|never works?|kicks me|lock(s|ed|ing)? (it )?up|shuts? (off|down)|corrupt(ed)?|nothing works|no longer (works?|opens?)|needs an? (update|fix)|malicious",
        ("it works reliably without problems", "it crashes and does not work", "i only get an error")),
    Listed("fun", "gameplay|game ?play|entertainment|story", "fun(?! (\\w+ )?(colou?rs?|design|style|print|pattern|top|tee|shirt|dress|piece|detail|to (have|wear)|with)\\b)|funny|hilarious|amusing|joy to (play|use)|laugh(ed|s)?|can'?t (stop playing|put (it )?down)|makes me smile|entertain(ing|s|ed)|addict(ive|ing|ed)|enjoy(ed|able|ing)?|exciting|challeng(e|es|ing)|hours of|time.?waster|time killer|passes the time|keeps? (me|you|him|her|them|us|the kids) (busy|entertained|occupied)|loves? playing|makes you think", "bor(ing|ed|es)|repetitive|pointless|dull game|lame(st)?|not fun|not (at all )?entertain(ed|ing)|gets old",
        ("it is fun and addictive to play", "it is boring")),
    Listed("delivery", "deliver(y|ed|ies)|shipp(ing|ed)|shipment|courier|postage|dispatch(ed)?|tracking", "arrived (early|quickly|fast|on time|in one piece|sooner)|fast (delivery|shipping)|(delivery|shipping) (was|is) (very |really |super )?(fast|quick|prompt)|sooner than|(arrived|delivered|came) on time", "never arrived|took (for ?ever|ages|weeks|too long)|(arrived|came|delivered|shipped|days?|weeks?|hours?|was|too|very) (\\w+ )?late|delayed|lost in the (mail|post)",
        ("delivery was fast", "it arrived late")),
    Listed("service", "customer (service|support|care)|support|staff|service|returns?|refund(ed)?|seller|picks up the phone|wrong (item|one|size was sent)|exchange", "friendly staff|respond(ed|ing|s)?|prompt|quick (reply|response)|courteous", "nobody picks up|no (reply|response|answer)|rude|refus(e|ed) (a|to) refund|two left|ordered one thing|want a refund|got another",
        ("customer service was helpful", "nobody answers and there is no refund")),
    Listed("packaging", "packag(e|ed|ing)|packed|packing|box|wrapp(ed|ing)|bubble wrap", "well packed|well.?packaged|nicely wrapped", "crushed|box was (damaged|open)|poorly pack(ed|aged)|on the wrapping|arrived (with a chip|damaged|broken)",
        ("it came well packed", "the box was crushed")),
    Listed("handling", "(?<!light )(?<!lighter )weight(?!(/| )?(\\w+ )?(fabric|material|linen|knit|cotton|loss|for))|handle|grip|wrist|strap|straps", "light to carry|sits well|lighter than|fits? (well )?in (the|my) hand|slim|compact|easy to carry", "heavy|heavier|slippery|bulky|too big for my pocket|clumsy to hold|slips off|strap cuts",
        ("light and sits well in the hand", "heavy and bulky")),
    Listed("room", "room inside|compartments?|pockets? (are )?(just |exactly )?where|capacity|storage|space", "holds (far |so )?(more|much|everything|a lot)|spacious|plenty of (room|space)|right size for", "one big hole|without pockets|too small for what|laptop does not fit|not enough (room|space)|sinks to the bottom",
        ("it holds a lot", "too little room inside")),
)  # fmt: skip
