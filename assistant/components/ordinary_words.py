"""Words of questions, not of names: where they stand, a product's name ends."""

ORDINARY = frozenset(
    """
    a an the this that these those it its they them their he she i im ive id ill me my mine we us our you your u ur
    is are am was were be been being isnt arent r do does did done doing dont doesnt didnt have has had having havent
    hasnt will would wouldnt wont shall should shouldnt shuld wuld can cant could couldnt may might must
    and or but nor vs versus v with without than then so if as of in on at to for from by about into onto over under
    below above between until till since during per via against compared compare comparing comparison comapre camparison
    not no nope yes yeah ok okay please pls plz thanks thank hi hey hello
    what whats wat wats which wich who whom whose when where wheres why how hows hw whether
    much many more most less least few any some all both each every other others another else same such only just also
    too very really quite rather maybe perhaps still yet already again now today tomorrow yesterday soon later right
    one ones two three four five six seven eight nine ten first second third last next previous
    price prices priced pricing cost costs pay charge expensive cheap cheaper cheapest dollar dollars euro euros usd eur
    bucks money worth value discount sale offer deal
    buy buying bought get getting got give gimme take taking want wanna wants need needs like likes prefer choose pick
    show see find look looking search searching browse tell say know ask explain describe recommend suggest convince
    sell sells selling sold order orders ordered ordering purchase return returns cancel send ship shipping delivery
    stock available availability avaliable left remaining store shop warehouse inventory piece pieces unit units item
    items product products article articles model models thing things
    forecast forecasts forcast predict prediction projection project demand sales expected estimate outlook prognosis
    revenue turnover day days week weeks month months quarter year years coming ahead
    spec specs specification specifications detail details info information data feature features weight weigh heavy
    heavier light lighter big bigger small smaller size sizes long short wide tall thick battery camera screen display
    ram memory processor chip resolution colour color colours colors material
    better best worse good great nice cool special difference differences diference differnce different differ
    betwen advantages benefits pros cons point points reason reasons recommend
    there here out up down off back come comes came go goes going make makes made makes run runs work works use uses
    keep put let lets stop start open close change changes make instead both next side
    else anything something anyone someone everything nothing
    phone phones smartphone smartphones mobile mobiles
    does damage quote set asking amount number tag check warranty guarantee
    """.split()  # noqa: SIM905 (a list of quoted words would be unreadable)
) - {"nothing", "phone", "second", "light", "power"}

# What sets one model apart from its sister: asked for and not found, it is another product.
MODIFIERS = frozenset({"pro", "max", "ultra", "plus", "mini", "lite", "fe", "se", "fold", "flip", "edge", "neo"})
