"""Words of praise and blame that hold for any aspect, what turns them round, and where a sentence turns."""

GOOD = (
    "good|great|nice|love|loves|loved|loving|(?:(?<=\\bi )|(?<=really )|(?<=also )|(?<=n't )|(?<=not )|"
    "(?<=they )|(?<=would )|(?<=you )|(?<=we ))like|likes|liked|excellent|amazing|awesome|perfect|perfectly|"
    "perfection|"
    "wonderful|fantastic|fabulous|superb|super|best|better|pleased|happy|glad|impressed|impressive|enjoy|enjoys|"
    "enjoyed|favou?rite|terrific|brilliant|fine|ok|okay|decent|well|right|exactly|beautiful|beautifully|lovely|"
    "gorgeous|pretty|nicer|nicely|recommend|recommended|delight(?:ed|ful)?|joy|useful|helpful|genuinely|"
    "accurate|warm|"
    "bright|sharp|clear|crisp|loud|smooth|smoothly|stunning|outstanding|worth|works|handy|appreciate[ds]?|worry|"
    "compl[ie]ments?|easily|ideal|incredible|incredibly|top|plus|attractive|interesting|supple|snug|generous|rich|"
    "neatly|clean|wow|five stars|5 stars|prettier|comfy|comfortable|soft|calm"
)
BAD = (
    "bad|badly|poor|poorly|terrible|awful|horrible|worst|worse|hate|hated|hates|disappoint(?:ed|ing|ment|s)?|problem|"
    "problems|issue|issues|unfortunately|ugly|annoy(?:ed|ing|s)?|useless|weak|wrong|odd|oddly|weird|weirdly|strange|"
    "awkward|fail(?:s|ed)?|failure|sucks?|sucked|crap|crappy|junk|horrid|lousy|sad|sadly|returned|returning|"
    "let-?down|"
    "let down|downside|complaint|complain|cheap|cheaply|lack|lacks|lacking|missing|broken|broke|"
    "too(?=\\s+\\w)|dislike[ds]?|"
    "off|fake|mess|unhappy|avoid|waste|regret|unusable|unflattering|uncomfortable|hardly|barely|nothing like|wish|"
    "did ?n'?o?t care|not enough|rough|dull|duller|faded|scratchy|stiff|limited|impossible|washed out|less|so-so|meh"
)
NEGATIONS = (
    "not|no|never|n't|nt|cannot|cant|dont|doesnt|didnt|isnt|wasnt|wont|without|hardly|barely|neither|nor|nothing|"
    "none|isn|don|doesn|didn|wasn|won|couldn|wouldn|can't|lacks?|lacking|less|anything but|far from"
)
NEGATION_REACHES = 4  # words that may stand between a negation and what it turns round
# What comes before these says nothing bad by itself: "not only soft", "no problem".
NOT_NEGATED_AFTER = "only|just|merely|to mention"
# A question, or what did not happen: "would be", "if it were".
UNREAL = r"^(if|unless|are they|is it|does it|do they|can (it|you)|what|who|why|how (do|can|is))\b|\?$"
# Where another statement begins. Hard borders always part, soft ones where both sides say something of their own.
HARD = (
    r"[;:]|\s+-{1,2}\s+|\s*\.{2,}\s*|[()]|[!?.]+(?=\s*\w)|,?\s*\b(?:but|although|though|however|whereas|yet|except|"
    r"otherwise|while|that said|on the other hand|unfortunately|sadly|only downside|despite|still,|nevertheless|"
    r"even though|with the exception of)\b"
)
SOFT = r",|\s+(?:and|&|&amp;|plus|so|because|since|as)\s+"
