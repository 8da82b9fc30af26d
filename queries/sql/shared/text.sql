-- Macros that read the structure of a body or a message: what its author states, without the parts
-- that only look like it. Publishing and the collector, if it keeps no bodies, use the same ones.

-- A text's first 64 KB without carriage returns and what a reviewing bot added to it. If a bot for
-- dependencies wrote it, without the folded notes of other projects.
create or replace temp macro without_notes(text) as
case
    when contains(text, 'auto-generated comment')
        then regexp_replace(
            replace(left(text, 65536), chr(13), ''),
            '(?is)<!-- *this is an auto-generated comment.*?(?:<!-- *end of auto-generated comment|\z)',
            '<!--',
            'g'
        )
    when contains(text, '<details') and regexp_matches(
        text, '(?i)\b(dependabot|renovate|depfu|greenkeeper|pyup|scala[- ]steward|snyk)\b'
    )
        then regexp_replace(replace(left(text, 65536), chr(13), ''), '(?is)<details.*</details>', '')
    else replace(left(text, 65536), chr(13), '')
end;

-- A text without HTML comments, code, quotations, empty boxes and text that is struck out. An alert
-- ("> [!NOTE]") is no quotation. What is not closed ends with the text, as GitHub shows it. The
-- first part that begins decides: a comment in code is code.
create or replace temp macro without_asides(text) as
regexp_replace(
    text,
    '(?m)'
    || '(^[ \t]*> ?\[!\w+\].*(?:\n[ \t]*>.*)*)'
    || '|<!--(?s:.*?)(?:-->|\z)'
    || '|^[ \t]*(?:(?:[-*+]|\d+[.)])[ \t]+)?````+[^`\n]*\n(?s:.*?)(?:^[ \t]*````+[ \t]*$|\z)'
    || '|^[ \t]*(?:(?:[-*+]|\d+[.)])[ \t]+)?```[^`\n]*\n(?s:.*?)(?:^[ \t]*```+[ \t]*$|\z)'
    || '|^[ \t]*(?:(?:[-*+]|\d+[.)])[ \t]+)?~~~+[^\n]*\n(?s:.*?)(?:^[ \t]*~~~+[ \t]*$|\z)'
    || '|(?i:<(?:pre|code|blockquote|del)>)(?s:.*?)(?:(?i:</(?:pre|code|blockquote|del)>)|\z)'
    || '|^[ \t]*>.*$'
    || '|^.*[:?|][ \t]*\[[ _]?\](?:[ \t].*)?$'
    || '|^[ \t]*(?:(?:[-*+]|\d+[.)])[ \t]+)?(?:\[[ _]?\](?:[ \t]|$)|☐|⬜|🔲).*'
    || '(?:\n[ \t]+[^-*+\s\d].*)*'
    || '|``.*?``|`[^`\n]+`|~~[^~\n]+~~',
    '\1',
    'g'
);

-- A text without blocks of code that are indented by four spaces or a tab after an empty line. What
-- follows an entry of a list belongs to it.
create or replace temp macro without_indented(text) as
regexp_replace(
    text,
    '(?m)(\A(?:[ \t]*\n)*|^[^\s*+\d-][^\n]*\n(?:[ \t]*\n)+)'
    || '(?:(?:[ ]{4}|[ ]{0,3}\t)[^\n]*(?:\n|\z)|[ \t]*\n)*(?:[ ]{4}|[ ]{0,3}\t)[^\n]*(?:\n|\z)',
    '\1',
    'g'
);

-- A text without the lines that answer "no" or "none", without a question that such an answer
-- follows, and without lines on AI that still have the placeholder of their template.
create or replace temp macro without_noes(text) as
regexp_replace(
    text,
    '(?im)^(?:.*[:=?|]|#+ .*\n\s*|\*\*.*\*\*:?\s*\n\s*|.*\?[\s*_]*\n\s*)[ \t*_"''(\[❌✗✘🚫-]*(?:\[x\][ \t]*)?'
    || '(?:none|n/?\.?a\.?|not applicable|not used|unused|no(?: ai| llms?)?|nope|nobody|nil|nothing|null|false|never'
    || '|nein|keine?|non|aucune?|ning[uú]n[oa]?|nenhum[a]?|não|нет|无|否|いいえ|なし|0 ?%|❌|✗|✘|🚫)'
    || '[ \t*_"'')\]|.!]*(?:[,;(–—].*| - .*)?$'
    || '|^[\w -]*\b(?:assisted|generated|ai)\b[\w -]*:[ \t]*(?:\[[^\]\n]*\](?:[^(\n].*)?|[<{].*)$',
    '',
    'g'
);

-- A text without clauses that deny the use of AI, and without questions about it.
create or replace temp macro without_denials(text) as
regexp_replace(
    text,
    replace(replace(replace(replace(
        '(?im)(^.*AI.*\?[ \t*_)]*\n\s*(?:[-*+][ \t]+)?(?:\[x\]|y(?:es)?\b).*)'
        || '|NO GAP{0,60}AI GAP{0,60}USE|NO GAP{0,40}USE GAP{0,60}AI|without GAP{0,40}AI'
        || '|AI GAP{0,40}(?:was|were|is|are|has|have|had|did|does)(?: not| never|n[''’]t) GAP{0,40}USE'
        || '|\b(?:if|whether|in case) GAP{0,60}AI|^.*AI.*\?[ \t*_)]*$',
        'GAP', '[^.;:!?\n,()–—-]'),
        'NO', '(?:\b(?:no|not|never|none|neither|nothing|zero)\b|n[''’]t\b)'),
        'USE', '(?:generated|written|wrote|write|(?:co-?)?authored|assisted|assistance|created|made'
        || '|produced|used?|using|involve[ds]?|involvement|help(?:ed)?|tools?|contributed)\b'),
        'AI', '\b(?:ai|llms?|language models?|copilot|claude(?: code)?|cursor|chatgpt|gpt|codex'
        || '|gemini|devin|aider|artificial intelligence)\b'),
    '\1',
    'g'
);

-- The statements of a body or a message. Most texts have nothing that the other macros look for.
create or replace temp macro prose(text) as
case
    when regexp_matches(
        text,
        '(?im)<(?:!--|pre|code|blockquote|del|details)|`|~~|^[ \t]*>|^(?:[ ]{4}|[ ]{0,3}\t)|\[[ _]?\]|[☐⬜🔲❌✗✘🚫]|0 ?%'
        || '|无|否|いいえ|なし|нет|ning[uú]n|auto-generated comment'
        || '|\b(?:none|n/?\.?a|not applicable|not used|unused|no|nope|nobody|nil|nothing|null|false|never'
        || '|nein|keine?|non|aucune?|nenhuma?|não'
        || '|assisted|generated|ai|llms?|language models?|copilot|claude|cursor|chatgpt|gpt|codex|gemini|devin|aider'
        || '|artificial intelligence)\b'
    )
        then without_denials(without_noes(without_indented(without_asides(without_notes(text)))))
    else replace(left(text, 65536), chr(13), '')
end;

-- The HTML comments of one line in a text: machines write them as marks.
create or replace temp macro comments_in(text) as
regexp_extract_all(left(text, 65536), '<!--[^\n>]{1,200}-->');
