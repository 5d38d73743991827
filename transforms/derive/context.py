"""What the words around an equation make of it: a conclusion, a supposition, something new."""

import re

_SUPPOSES = re.compile(
    r"""(?ix) \b(?: if | suppos\w* | assum\w* | cases? | try | tries | trying | when\w* | whether
      | unless | otherwise | either | would | could | might | may | say | guess\w* | imagine
      | hypothe\w* | pretend\w* | example | instance | let(?!['\u2019]?s\b|\ us\b)
      | consider\w* | test\w* | choices? | options? | possib\w* | alternativ\w* | contradict\w*
      | check\w* | verif\w* | impossible | instead | should | want\w* | wish\w* | needs?(?!\s+to)
      | mistake\w*
      | wrong\w* | error\w* | incorrect\w* | not | cannot | actually | wait | oops | sorry | fix
      | misread\w* | misre\w+ | redo\w* | corrections? | go(?:ing)?\ back | similar
      | scratch\ that | \d+\s*(?:st|nd|rd|th) )\b
      | \bChoice | n't\b | (?:^|[.?!]\s)\s*No,""",
)
_CONCLUDES = re.compile(
    r"""(?ix) \b(?: so | thus | therefore | hence | then | giv(?:es?|ing) | gets? | getting | got
      | obtain\w* | become\w* | yield\w* | simplif\w* | simplification | impl(?:y|ies|ying)
      | means | meaning | leads? | leading | divid\w* | multipl\w* | subtract\w* | add(?:s|ing)?
      | solv\w* | factor\w* | expand\w* | rewrit\w* | rewritten | rearrang\w* | combin\w*
      | reduc\w* | distribut\w* | isolat\w* | equivalent\w* | results? | finds? | cancel\w*
      | collecting | now\ have | roots?\ (?:is|are) | solutions?\ (?:is|are)
      )\b | \\(?:Rightarrow|implies|iff|therefore|Longrightarrow|Leftrightarrow)(?![A-Za-z])
      | [-=]{1,3}> | [→⇒⟹⇔∴⟺]""",
)
_TRANSFORMS = re.compile(
    r"""(?ix) \b(?: simplif\w* | divid\w* | multipl\w* | subtract\w* | add(?:s|ing)? | factor\w*
      | expand\w* | expansion | rewrit\w* | rewritten | rearrang\w* | combin\w* | reduc\w*
      | distribut\w* | isolat\w* | equivalent\w* | both\ sides | clear\w* | collecting
      | complet\w*\ the\ squares? )\b
      | \\(?:Rightarrow|implies|iff|Longrightarrow|Leftrightarrow)(?![A-Za-z])
      | => | [⇒⟹⇔⟺]""",
)
_BRINGS_IN = re.compile(
    r"""(?ix) \b(?: substitut\w* | plug\w* | using | use | uses | since | because
      | from(?!\ both) | given | equations | system | other | these | those | they | or
      | (?:first|second|third|fourth|last)\ (?!\w+ing|we|I\b|let|step|of)
      | another | next | also | similarly | likewise | but | however | where | recall | know\w*
      | eliminat\w* | replac\w* | insert\w* | put\w* | set\w* | differen\w* | deriv\w*
      | integra\w* | by\ (?:the|a|an)\ (?!\d) | note | noting | notice | observ\w* | formula
      | theorem | identity | sum\ of | product\ of | call\w* | denot\w* | defin\w* | new | same
      | original | evaluat\w* | comput\w* | calculat\w* | comparing | compare | match\w*
      | equat(?:e|ing) | coefficient\w* | condition\w* | constraint\w* | intercept\w*
      | asymptote\w* | vert\w+ | points? | line | graph\w* | bound\w* | limits? | range\w*
      | domain | interval\w* | row | column | minim\w* | maxim\w* | largest | smallest
      | greatest | least | at | until | into(?=\s+(?:the|this|that|our|it|both|equation)\b)
      | equation\ (?:to(?!\ (?:the|a)\ (?:power|form|standard))|from|with|and)
      )\b | \bby[\s$\\(]*\Z""",
)
_WORKS = re.compile(
    r"(?i)\b(?:works?|satisf\w*|fails?|solutions?|roots?|valid|also|does|do|or|if|when)\b"
)
_TAKEN_BACK = re.compile(
    r"""(?ix) ^[\s$)\]*]*+(?: :(?!=) | [^.;\n=]{0,40}\? )
      | ^[^;\n=]{0,60}? \b(?:too\ (?:large|small|big|high|low|many|few|much) | wrong\w* | errors?
        | mistakes? | mistaken\w* | incorrect\w* | impossible | contradict\w* | absurd | extraneous
        | does(?:n't|\ not) | is(?:n't|\ not) | can(?:'t|not) | in\ fact | reject\w* | discard\w*
        )\b""",
)
_OTHER_ARITHMETIC = re.compile(
    r"(?i)\\[pb]?mod\b|\bmod(?:ulo|ular)?\b|≡|\\equiv|\bcongruen\w*|\bbase[- ]?(?!10\b)[0-9]"
)
_SETS = re.compile(r"(?i)\b(?:set|sets|setting|substitut\w*|plug\w*|equat(?:e|es|ing))\b")
_JOINS = re.compile(r"(?i)\b(?:add(?:s|ing)?|subtract\w*|combin\w*)\b")
_DIGITS = re.compile(r"(?i)\bdigits?\b")
_DENIES = re.compile(r"(?i)\b(?:not|never|cannot|impossible)\b|n['\u2019]t\b")
_EITHER = re.compile(r"(?i)\bor\b")
_SOLVES = re.compile(r"(?i)\b(?:solv(?:e|es|ed|ing)|solutions? (?:for|of|to))\b")
_UNIT = re.compile(r"\s?\$?\s?([A-Za-z]{2,})")
_NO_UNITS = frozenset(
    """
    and or so which then we by for as is are where when since to into from because if in on with
    that this the gives get but now can must have has
    """.split()  # noqa: SIM905 -- words read better as words
)
# The one equation that a problem states, by another name.
_THE_ONE = re.compile(
    r"(?i)\b(?:the|this|our) (?:(?:given|original) )?(?:\w+(?:'s)? )?equation"
    r"(?: of (?:the|a|this) \w+)?(?: (?:in|to) standard form)?(?= (?!to|from|with|and)|[^ ])"
)
_ROUNDS = re.compile(
    r"(?i)\bround(?:s|ed|ing)?\b|\bnearest\b|\bwhole (?:number|\w{2,12}s)\b"
    r"|\b(?:must|has to|have to|needs? to) be (?:an? )?(?:whole|integer)"
)
_ENVIRONMENT = re.compile(r"\\(?:begin|end)\{[a-z]{1,12}\*?\}")
_BLANK = " $\\()[].,;:&\n\t"
_LISTS = re.compile(r"(?i)^[\s$\\()\[\],;.]*+(?:and|or|also|with|to|through)?[\s$\\()\[\],;.]*+$")


def supposes(words: str) -> bool:
    """Tell whether words open a case, a trial or a supposition."""
    return _SUPPOSES.search(words) is not None


def concludes(words: str) -> bool:
    """Tell whether words say that what comes follows from what came."""
    return _CONCLUDES.search(words) is not None


def transforms(words: str) -> bool:
    """Tell whether words say that one equation is turned into another."""
    return _TRANSFORMS.search(words) is not None


def brings_in(words: str) -> bool:
    """Tell whether words bring in something else that what comes may follow from."""
    return _BRINGS_IN.search(words) is not None


def without_the_one(words: str) -> str:
    """Return words without the names of an equation that can be no other one."""
    return _THE_ONE.sub("it", words)


def lists(words: str) -> bool:
    """Tell whether nothing but a comma, an `and` or the like stands between two equations."""
    return _LISTS.match(words) is not None


def offers_others(words: str) -> bool:
    """Tell whether words after an equation make it one of several, or a trial."""
    return _WORKS.search(words[:40]) is not None


def is_taken_back(words: str) -> bool:
    """Tell whether words after an equation ask, head a case, or say that it is wrong."""
    return _TAKEN_BACK.search(words) is not None


def is_other_arithmetic(words: str) -> bool:
    """Tell whether words speak of remainders or of bases, where `6x = 4` has other solutions."""
    return _OTHER_ARITHMETIC.search(words) is not None


def sets_equal(words: str) -> bool:
    """Tell whether words put something into an equation, or make a new one."""
    return _SETS.search(words) is not None


def joins(words: str) -> bool:
    """Tell whether words may put two equations together."""
    return _JOINS.search(words) is not None


def is_about_digits(words: str) -> bool:
    """Tell whether `ab` may be a number of two digits."""
    return _DIGITS.search(words) is not None


def denies(words: str) -> bool:
    """Tell whether words before an equation say that it does not hold."""
    return _DENIES.search(words) is not None


def is_either(words: str) -> bool:
    """Tell whether there is an `or`."""
    return _EITHER.search(words) is not None


def solves(words: str) -> bool:
    """Tell whether words say that equations are solved."""
    return _SOLVES.search(words) is not None


def changes_unit(one: str, other: str) -> bool:
    """Tell whether different units follow two equations: `3x = 1 hour`, `3x = 60 minutes`."""
    units = [found[1].lower() for words in (one, other) if (found := _UNIT.match(words))]
    return len(set(units) - _NO_UNITS) == 2  # noqa: PLR2004 -- both have one


def rounds(words: str) -> bool:
    """Tell whether words say that a value is rounded, or has to be whole: `3n = 11`, `n = 4`."""
    return _ROUNDS.search(words) is not None


def is_new_line(words: str) -> bool:
    """Tell whether nothing but the end of a line stands between two equations."""
    return is_blank(words) and ("\n" in words or "\\\\" in words)


def is_blank(words: str) -> bool:
    """Tell whether nothing but LaTeX's own marks and a dash stand there."""
    return not _ENVIRONMENT.sub("", words).strip(_BLANK + "-")
