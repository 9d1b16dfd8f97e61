"""The box formats that MedGauge knows, one value for each convention; `families` are the models that follow it."""

from medgauge_model_adapters.boxes.boxless import BoxlessFormat
from medgauge_model_adapters.boxes.corner_boxes import CornerPairs
from medgauge_model_adapters.boxes.declared_boxes import DeclaredBoxFormat
from medgauge_model_adapters.boxes.json_boxes import JsonObjects, JsonOr
from medgauge_model_adapters.boxes.ref_box import BracketLists
from medgauge_model_adapters.boxes.tags import ANSWER_BOX, BAR_BOX, OBJECT_REF, PLAIN, REF_DET, Tags
from medgauge_model_adapters.boxes.token_boxes import TokenRuns

_BBOX, _BOX = JsonObjects(), JsonObjects(key="box_2d")
_SINGLE = BracketLists(tags=PLAIN, double=False)

MEDREGA = DeclaredBoxFormat(
    name="medrega",
    scale=999,
    markup=BracketLists(),
    rounding="floor",
    families=("MedRegA",),
    sources=("xmed-lab/MedRegA evaluator_reg.py",),
    note="c = floor(pixel * 999 / side), read as c / 999 * side; the tags are often lost in decoding",
)
INTERNVL = DeclaredBoxFormat(
    name="internvl",
    scale=1000,
    markup=BracketLists(),
    families=("InternVL 1.2 to 3.x",),
    sources=("OpenGVLab/InternVL evaluate_grounding.py", "OpenGVLab/InternVL#285"),
    note="relative to the whole image, not to its tiles",
)
QWEN_VL = DeclaredBoxFormat(
    name="qwen-vl",
    scale=999,
    markup=CornerPairs(),
    families=("Qwen-VL", "Qwen-VL-Chat"),
    sources=("QwenLM/Qwen-VL eval_mm/evaluate_grounding.py",),
    note="its evaluation divides by 999, its demo by 1000; the tags are lost unless special tokens are kept",
)
QWEN2_VL = DeclaredBoxFormat(
    name="qwen2-vl",
    scale=1000,
    markup=CornerPairs(tags=OBJECT_REF),
    families=("Qwen2-VL",),
    sources=("QwenLM/Qwen3-VL#866", "EvolvingLMMs-Lab/lmms-eval#98"),
    note="the tags are lost unless special tokens are kept",
)
JSON_PIXELS = DeclaredBoxFormat(
    name="json-pixels",
    scale="pixels",
    markup=_BBOX,
    frame="sent",
    families=("Qwen2.5-VL", "Lingshu", "MiMo-VL"),
    sources=("QwenLM/Qwen3-VL#676, #830, #866", "lmms-eval groundingme: smart_resize_mimo"),
    unverified="that fine-tunes of Qwen2.5-VL keep its convention",
    note="pixels of the image as it was sent, after the model's own resize",
)
JSON_PIXELS_ORIGINAL = DeclaredBoxFormat(
    name="json-pixels-original",
    scale="pixels",
    markup=JsonOr(objects=_BBOX, other=_SINGLE),
    families=("VLM-R1",),
    sources=("om-ai-lab/VLM-R1#198",),
    unverified="known from an issue alone",
    note="pixels taken as those of the original image; a bare list is read too",
)
JSON_1000 = DeclaredBoxFormat(
    name="json-1000",
    scale=1000,
    markup=_BBOX,
    families=("Qwen3-VL", "GPT and Claude by prompt", "any model by prompt"),
    sources=("QwenLM/Qwen3-VL#1486", "lmms-eval refcoco_grounding"),
    note="a service that scales large images down makes pixels meaningless: ask for this",
)
JSON_1000_PADDED = DeclaredBoxFormat(
    name="json-1000-padded",
    scale=1000,
    markup=_BBOX,
    frame="padded-centre",
    families=("any model by prompt whose images are padded",),
    note="no model's own; the numbers refer to the padded image that the model sees",
)
JSON_1 = DeclaredBoxFormat(
    name="json-1",
    scale=1,
    decimals=3,
    markup=_BBOX,
    families=("any model by prompt",),
    note="no model's own; for prompts that ask for fractions",
)
MMORAL = DeclaredBoxFormat(
    name="mmoral",
    scale="pixels",
    markup=_BOX,
    families=("references of MMOral",),
    sources=("open-compass/VLMEvalKit MMOral",),
    note="the key of Gemini in the other order",
)
GEMINI = DeclaredBoxFormat(
    name="gemini",
    scale=1000,
    markup=_BOX,
    order="yxyx",
    families=("Gemini 1.5 to 3",),
    sources=("ai.google.dev, spatial understanding",),
)
MEDGEMMA_1_5 = DeclaredBoxFormat(
    name="medgemma-1.5",
    scale=1000,
    markup=_BOX,
    order="yxyx",
    frame="padded-centre",
    families=("MedGemma 1.5",),
    sources=("google-health/medgemma cxr_anatomy_localization_with_hugging_face.ipynb",),
    unverified="read in a copy of the notebook; the technical report speaks of 0 to 1",
    note="holds where the image is padded before it is sent (resize: pad), as in the notebook; if not, declare gemini",
)
DEEPSEEK_VL2 = DeclaredBoxFormat(
    name="deepseek-vl2",
    scale=999,
    markup=BracketLists(tags=REF_DET),
    families=("DeepSeek-VL2",),
    sources=("deepseek-ai/DeepSeek-VL2 README.md",),
    note="grounded captions need <|grounding|> in the prompt",
)
GLM_V = DeclaredBoxFormat(
    name="glm-v",
    scale=1000,
    markup=JsonOr(objects=_BBOX, other=BracketLists(tags=ANSWER_BOX), writes_objects=False),
    families=("GLM-4.1V", "GLM-4.5V", "GLM-4.6V"),
    sources=("zai-org glmv-grounding skill", "sgl-project/sglang#14848"),
    note="<|begin_of_box|> goes round any answer and is no box",
)
COGVLM = DeclaredBoxFormat(
    name="cogvlm",
    scale=1000,
    top=999,
    digits=3,
    markup=BracketLists(tags=PLAIN, joined=True),
    rounding="floor",
    families=("CogVLM grounding",),
    sources=("zai-org/CogVLM utils/utils/grounding_parser.py",),
    unverified="that a number is a thousandth of the side (users divide by 1000)",
)
LLAVA_1_5 = DeclaredBoxFormat(
    name="llava-1.5",
    scale=1,
    decimals=2,
    markup=_SINGLE,
    frame="padded-centre",
    families=("LLaVA-1.5",),
    sources=("haotian-liu/LLaVA#606, #623",),
    unverified="whether the boxes of its training were padded (haotian-liu/LLaVA#822)",
    note="holds where the image is padded before it is sent (resize: pad); its processor in transformers would crop it",
)
SHIKRA = DeclaredBoxFormat(
    name="shikra",
    scale=1,
    decimals=3,
    markup=BracketLists(tags=PLAIN, double=False, joined=True),
    frame="padded-centre",
    families=("Shikra",),
    sources=("shikras/shikra mllm/dataset/process_function/box_process_function.py",),
)
RADVLM = DeclaredBoxFormat(
    name="radvlm",
    scale=1,
    decimals=2,
    markup=_SINGLE,
    families=("RadVLM",),
    sources=("uzh-dqbm-cmi/RadVLM radvlm/data/create_instructions.py",),
)
FERRET = DeclaredBoxFormat(
    name="ferret",
    scale=1000,
    markup=_SINGLE,
    families=("Ferret",),
    sources=("apple/ml-ferret ferret/eval/eval_refexp.py",),
)
MINIGPT_V2 = DeclaredBoxFormat(
    name="minigpt-v2",
    scale=100,
    markup=TokenRuns(
        tokens=("<%s>",) * 4,
        edges=("{", "}"),
        between="<delim>",
        around=(" ", ""),
        tags=Tags(open_name="<p>", close_name="</p>"),
    ),
    rounding="floor",
    families=("MiniGPT-v2",),
    sources=("Vision-CAIR/MiniGPT-4 eval_scripts/eval_ref.py",),
    unverified="<p> and <delim>, known from the demo alone",
    note="the prompt needs [refer]",
)
CHEXAGENT_2 = DeclaredBoxFormat(
    name="chexagent-2",
    scale=100,
    markup=CornerPairs(tags=BAR_BOX),
    families=("CheXagent-2",),
    sources=("Stanford-AIMI/CheXagent model_chexagent/chexagent.py: plot_image",),
    unverified="the tags, read in a copy of its tokeniser",
)
KOSMOS_2 = DeclaredBoxFormat(
    name="kosmos-2",
    scale=32,
    digits=4,
    markup=TokenRuns(
        tokens=("<patch_index_%s>",) * 2,
        between="</delimiter_of_multi_objects/>",
        around=("<object>", "</object>"),
        tags=Tags(open_name="<phrase>", close_name="</phrase>", open_box="<object>", close_box="</object>"),
        grid=32,
    ),
    frame="squashed",
    rounding="cells",
    corners=("first", "last"),
    families=("Kosmos-2",),
    sources=("huggingface/transformers processing_kosmos2.py",),
    note="two cells of a 32 x 32 grid: a box within one row or column reaches to their edges, else to their centres",
)
FLORENCE_2 = DeclaredBoxFormat(
    name="florence-2",
    scale=1000,
    top=999,
    offset=0.5,
    markup=TokenRuns(tokens=("<loc_%s>",) * 4, separator=""),
    frame="squashed",
    families=("Florence-2",),
    sources=("huggingface/transformers processing_florence2.py",),
    note="bins, read at their middle; needs its special tokens kept",
)
PALIGEMMA = DeclaredBoxFormat(
    name="paligemma",
    scale=1024,
    top=1023,
    digits=4,
    order="yxyx",
    markup=TokenRuns(tokens=("<loc%s>",) * 4, separator=" ; ", name_after=True),
    frame="squashed",
    families=("PaliGemma", "PaliGemma 2"),
    sources=("ai.google.dev, PaliGemma",),
    note="the prompt is `detect x ; y`; the name follows each box; needs its special tokens kept",
)
MAIRA_2 = DeclaredBoxFormat(
    name="maira-2",
    scale=100,
    top=99,
    offset=0.5,
    markup=TokenRuns(
        tokens=("<x%s>", "<y%s>", "<x%s>", "<y%s>"),
        edges=("<box>", "</box>"),
        around=("", "</obj>"),
        tags=Tags(open_name="<obj>", open_box="<box>", close_box="</box>"),
        separator=" ",
    ),
    frame="centre-crop",
    corners=("1", "1", "2", "2"),
    label_is_text=True,
    families=("MAIRA-2",),
    sources=("microsoft/maira-2 processing_maira2.py",),
    note="bins, read at their middle, of the square that its processor crops; the name is the whole phrase",
)
OFA = DeclaredBoxFormat(
    name="ofa",
    scale=999,
    markup=TokenRuns(tokens=("<bin_%s>",) * 4, glue=" ", between=" ", around=(" ", "")),
    frame="canvas",
    canvas=512,
    families=("OFA", "BiomedGPT"),
    sources=("OFA-Sys/OFA data/mm_data/refcoco_dataset.py, utils/transforms.py",),
    unverified="BiomedGPT",
    note="pixels as sent * 999 / 512: the numbers of an image sent smaller than 512 stop short of 999",
)
MOLMO = BoxlessFormat(
    name="molmo",
    points=True,
    families=("Molmo",),
    sources=("allenai/Molmo-7B-D-0924 discussions",),
    unverified="known from discussions alone",
    note="points in percent; a point has no extent, so each one counts as malformed and none becomes a box",
)
NONE = BoxlessFormat(
    name="none",
    families=("LLaVA-Med", "HuatuoGPT-Vision", "Med-Flamingo", "HealthGPT", "MedGemma 1"),
    note="not trained for boxes: nothing is read, and a question about a region is refused",
)
