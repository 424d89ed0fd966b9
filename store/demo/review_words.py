"""The phrases of which the demo store's reviews are made: per kind of product its aspects, each in good and in bad."""

# ruff: noqa: E501 - these are tables of phrases

from dataclasses import dataclass

# The tables below are long on purpose: the variety of the reviews lives here.


@dataclass(frozen=True)
class Aspect:
    name: str
    good: tuple[str, ...]
    bad: tuple[str, ...]


PHONE = (
    Aspect("battery", (
        "The battery easily gets me through {time}.", "I charge it every other day, which I never managed before.", "Battery life is superb.",
        "Even with maps running all day there is charge left in the evening.",
    ), (
        "The battery is flat by mid-afternoon.", "Battery drains overnight doing nothing.", "I carry a charger everywhere now, the battery is that weak.",
        "After {time} the battery already holds noticeably less.",
    )),
    Aspect("camera", (
        "Photos come out sharp even at night.", "The camera is the best I have owned.", "Pictures of {person} look fantastic.", "The zoom is genuinely useful.",
    ), (
        "The camera takes blurry pictures as soon as the light fades.", "Colours in photos look fake.", "The camera was a let-down.", "Selfies are soft and washed out.",
    )),
    Aspect("screen", (
        "The screen is bright and a joy to read.", "Scrolling is silky smooth.", "Even in full sun I can read the display.",
    ), (
        "The screen scratched within {time}.", "I can barely read the display outdoors.", "There is a greenish tint on the screen at low brightness.",
    )),
    Aspect("speed", (
        "Everything opens in an instant.", "No lag at all, games included.", "Fast, and it stays cool.",
    ), (
        "It stutters when I switch between apps.", "It gets hot in the hand when I play.", "Slower than the phone it was meant to replace.",
    )),
    Aspect("handling", (
        "It sits well in the hand.", "Lighter than I expected.", "Feels solid and well made.",
    ), (
        "Too big for my pocket.", "Slippery as soap without a case.", "The buttons rattle a little.",
    )),
)  # fmt: skip
CLOTHES = (
    Aspect("fit", (
        "The fit is spot on.", "Fits as if it had been made for me.", "True to size, I took my usual {size}.", "Flattering cut, even after lunch.",
    ), (
        "Runs small, order a size up.", "The sleeves and seams sit oddly on me.", "Far too wide around the middle.", "The sizing is a lottery: my usual {size} did not fit at all.",
    )),
    Aspect("fabric", (
        "The {material} feels lovely on the skin.", "You can tell that the {material} is good quality.", "Soft, and not see-through at all.",
    ), (
        "The {material} is scratchy.", "The fabric is thinner than the pictures suggest.", "It bobbled after {time}.", "It creases the moment you look at it.",
    )),
    Aspect("colour", (
        "The {colour} is even nicer than in the picture.", "Beautiful {colour}, people keep asking where I got it.", "The colour has not faded a bit.",
    ), (
        "The {colour} looks nothing like the picture.", "The colour ran in the first wash.", "It faded after {time}.",
    )),
    Aspect("washing", (
        "It came out of the wash like new.", "Washed it five times, still in shape.", "Hardly needs ironing.",
    ), (
        "It shrank in the wash although I followed the label.", "A seam opened after {time}.", "Lost its shape after one wash.",
    )),
)  # fmt: skip
SHOES = (
    Aspect("comfort", (
        "Comfortable from the first step.", "I walked all day in them without a blister.", "The cushioning is wonderful.", "My feet thank me.",
    ), (
        "They rub at the heel.", "I had blisters after an hour.", "Hard as a board.", "The insole slides around.",
    )),
    Aspect("size", (
        "Size {size} fits perfectly.", "True to size.", "Roomy at the toes, snug at the heel.",
    ), (
        "They come out half a size too small.", "Too narrow for normal feet.", "Size {size} was like a boat on me.",
    )),
    Aspect("make", (
        "The {material} is well finished.", "Stitching is clean and the sole looks built to last.", "Still like new after {time}.",
    ), (
        "The sole came loose after {time}.", "The {material} creased badly right away.", "There was glue all over the edges.",
    )),
    Aspect("look", (
        "They look great with everything.", "The {colour} is gorgeous.", "I get compliments all the time.",
    ), (
        "They look cheaper than in the pictures.", "The {colour} was quite different in real life.", "A bit clumsy on the foot.",
    )),
)  # fmt: skip
BAGS = (
    Aspect("room", (
        "Holds far more than you would think.", "Just the right size for {time} away.", "The pockets are where you need them.",
    ), (
        "Too small for what I need.", "One big hole without pockets, everything sinks to the bottom.", "My laptop does not fit although it should.",
    )),
    Aspect("make", (
        "The {material} feels sturdy.", "Zips run smoothly.", "Neatly stitched all around.",
    ), (
        "The zip got stuck after {time}.", "A strap tore off after {time}.", "The {material} smells of chemicals.",
    )),
    Aspect("carrying", (
        "The strap is comfortable even when it is full.", "Sits well and does not slip.", "Light to carry.",
    ), (
        "The strap cuts into the shoulder.", "It keeps slipping off.", "Heavy even when empty.",
    )),
    Aspect("look", (
        "Even prettier than in the picture.", "The {colour} goes with all my coats.", "Elegant without showing off.",
    ), (
        "The {colour} is off.", "It lost its shape within {time}.", "Looks like plastic up close.",
    )),
)  # fmt: skip
WATCHES = (
    Aspect("dial", (
        "The dial is clear and easy to read.", "Lovely {colour} dial that changes with the light.", "The hands glow for hours.",
    ), (
        "The dial is hard to read at an angle.", "The hands are not quite lined up.", "Scratched glass after {time}.",
    )),
    Aspect("accuracy", (
        "Keeps time to the second.", "I have not had to set it since I got it.", "Runs spot on.",
    ), (
        "It loses several minutes a week.", "Stopped after {time}.", "The date changes at noon.",
    )),
    Aspect("strap", (
        "The strap is supple and comfortable.", "Sits flat on my wrist.", "I forget that I am wearing it.",
    ), (
        "The strap is stiff.", "The clasp opens by itself.", "Pinches the hairs on my arm.",
    )),
    Aspect("make", (
        "It looks far dearer than it is.", "Well made, with a reassuring weight.", "A present for {person}, who loves it.",
    ), (
        "Feels cheap for the price.", "The crown wobbles.", "Water got in at the first shower.",
    )),
)  # fmt: skip
HOME = (
    Aspect("finish", (
        "Beautifully finished.", "The {material} feels high quality.", "You can see that somebody took care.",
    ), (
        "The finish is sloppy, with rough edges.", "It arrived with a chip.", "The {material} already shows marks after {time}.",
    )),
    Aspect("colour", (
        "The {colour} is warm and calm, just what the room needed.", "Exactly the {colour} of the picture.", "Goes with everything we have.",
    ), (
        "The {colour} is much duller than shown.", "It faded in the window within {time}.", "The colour clashes with everything, not as pictured.",
    )),
    Aspect("use", (
        "We use it every day.", "Practical and easy to clean.", "Comfortable and sturdy.", "It does its job and looks good at it.",
    ), (
        "It wobbles.", "Impossible to clean.", "Smaller than I imagined, check the measurements.", "It broke after {time}.",
    )),
    Aspect("packing", (
        "Came very well packed.", "Arrived in one piece and sooner than promised.", "Set up in two minutes.",
    ), (
        "The box was crushed and so was the content.", "Half the paint was on the wrapping.", "Delivery took for ever.",
    )),
)  # fmt: skip
ASPECTS = {
    "phone": PHONE, "watch": WATCHES,
    **dict.fromkeys(("dress", "shirt", "tee", "jeans", "jacket", "coat", "sweater", "skirt"), CLOTHES),
    **dict.fromkeys(("sneaker", "boot", "heel", "loafer"), SHOES),
    **dict.fromkeys(("handbag", "backpack", "tote"), BAGS),
    **dict.fromkeys(("lamp", "vase", "chair", "mug", "rug", "cushion"), HOME),
}  # fmt: skip

OPENERS = {
    5: ("Love it.", "Very happy with this {noun}.", "Exactly what I was looking for.", "I would buy this {noun} again tomorrow.", "Bought it for {person} and ended up ordering a second one.", ""),
    4: ("Good {noun}.", "Pleased overall.", "A solid buy.", "Nearly perfect.", "Does what it should.", ""),
    3: ("It is okay.", "Mixed feelings about this {noun}.", "Neither good nor bad.", "I wanted to like it more.", ""),
    2: ("Not what I had hoped for.", "Disappointed with this {noun}.", "I expected more for the price.", ""),
    1: ("Do not buy.", "Sent it back.", "A waste of money.", "Worst {noun} I have ever had.", "Very annoyed.", ""),
}  # fmt: skip
CLOSERS = {
    5: ("Highly recommended.", "Worth every cent.", "Would buy again.", "Five stars from {person} too.", "", ""),
    4: ("Would recommend.", "Good value.", "One star off for the price.", "", ""),
    3: ("Fine if you get it on sale.", "Might keep it, might not.", "You get what you pay for.", "", ""),
    2: ("Would not buy it again.", "Not worth the price.", "", ""),
    1: ("Going back.", "Save your money.", "I want a refund.", "Never again.", ""),
}  # fmt: skip
TITLES = {
    5: ("Love it", "Perfect", "Great {noun}", "Exactly right", "So happy", ""),
    4: ("Good buy", "Really good", "Nice {noun}", "Almost perfect", ""),
    3: ("It's ok", "Mixed", "Average {noun}", "So-so", ""),
    2: ("Disappointing", "Not great", "Expected more", ""),
    1: ("Terrible", "Avoid", "Sent it back", "Waste of money", ""),
}
SHORT = {
    5: ("Love it!", "perfect", "👍👍", "Great.", "just wow", "10/10", "Super!!"), 4: ("Good.", "nice", "pretty good", "does the job"),
    3: ("ok", "meh", "It's fine I guess.", "average"), 2: ("not great", "Meh. Expected more.", "hmm no"), 1: ("bad", "NO.", "broke. returned.", "awful!!!"),
}  # fmt: skip
ODD = {
    5: (
        "My cat has claimed it, so five stars from the cat.",
        "Bought it by accident, kept it on purpose.",
        "Wore it to my ex's wedding. Worth it.",
    ),
    4: (
        "Have not tried it yet but the box is lovely.",
        "My {person_plain} took it from me within a day, so it must be good.",
    ),
    3: ("Ordered at 2 am, no idea why. It is alright.", "Three stars because my gran said so."),
    2: ("The courier was lovely, the {noun} was not.", "Looks good on my neighbour. Not on me."),
    1: (
        "Never arrived and nobody picks up the phone.",
        "They sent me two left ones??",
        "I ordered one thing and got another.",
    ),
}
BUTS = ("That said, ", "On the other hand, ", "But ", "Only downside: ", "Still, ", "However, ")
TIMES = ("two days", "a week", "two weeks", "a month", "three washes", "one weekend", "a whole day")
PEOPLE = ("my sister", "my dad", "my wife", "my husband", "my daughter", "a friend", "my mum", "my boyfriend")
NOUNS = {
    "phone": ("phone", "smartphone"), "tee": ("T-shirt", "shirt", "top"), "sneaker": ("pair", "pair of shoes"), "jeans": ("pair", "pair of jeans"),
    "boot": ("pair", "pair of boots"), "heel": ("pair", "pair of heels"), "loafer": ("pair", "pair of loafers"), "handbag": ("bag", "handbag"),
    "tote": ("bag", "tote"), "backpack": ("backpack", "bag"),
}  # fmt: skip
