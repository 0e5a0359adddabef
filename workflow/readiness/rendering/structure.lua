-- Quarto's blocks in pandoc's terms: callouts, parts for one format only.
local html, words, meta, filters = FORMAT:match 'html' ~= nil, {}, {}, 0

local function raw(text) return pandoc.RawBlock(html and 'html' or 'typst', text) end
local function quoted(text) return '"' .. text:gsub('[\\"]', '\\%0') .. '"' end
local function wrapped(open, blocks, close)
  local list = pandoc.Blocks { raw(open) }
  list:extend(blocks)
  list:insert(raw(close))
  return list
end

local function callout(div, kind)
  local blocks, title = div.content, pandoc.Inlines(words[kind] or kind)
  if div.attributes.title then
    title = pandoc.utils.blocks_to_inlines(pandoc.read(div.attributes.title).blocks)
  elseif blocks[1] and blocks[1].t == 'Header' then
    title = blocks:remove(1).content
  end
  if html then
    blocks:insert(1, pandoc.Div(pandoc.Plain(title), { class = 'box-title' }))
    return pandoc.Div(blocks, pandoc.Attr(div.identifier, { 'box', 'box-' .. kind }, { role = 'note' }))
  end
  local list = wrapped('#callout(' .. quoted(kind) .. ')[', { pandoc.Plain(title) }, '][')
  list:extend(blocks)
  list:insert(raw ']')
  return list
end

-- Output of an author's own cell says that no register knows its numbers: on the page and on paper.
local function own(div)
  local blocks = pandoc.Blocks { pandoc.Para(pandoc.Inlines(words.own_text)) }
  blocks:extend(div.content)
  local box = callout(pandoc.Div(blocks, { title = words.own }), 'warning')
  if html then box.classes:insert 'own' end
  return box
end

-- Each number of the page is compared with the register, the paper is not read again: so no numeral
-- may stand on paper alone. Digits, superscripts, fractions, Roman and circled ones.
local numerals = {
  { 0x30, 0x39 }, { 0xB2, 0xB3 }, { 0xB9, 0xB9 }, { 0xBC, 0xBE }, { 0x660, 0x669 }, { 0x6F0, 0x6F9 },
  { 0x2070, 0x2089 }, { 0x2150, 0x218B }, { 0x2460, 0x24FF }, { 0xFF10, 0xFF19 },
}
local function on_paper_alone(text)
  for _, code in utf8.codes(text) do
    for _, range in ipairs(numerals) do
      if range[1] <= code and code <= range[2] then
        local place = text:match '[%w-]*%d[%w-]*' or utf8.char(code)
        pandoc.log.warn(("'%s' stands on paper alone, where no number is checked"):format(place))
        return
      end
    end
  end
end

local function text_of(content)
  local blocks = pandoc.utils.type(content) == 'Inlines' and { pandoc.Plain(content) } or content
  return pandoc.write(pandoc.Pandoc(blocks), 'plain', { columns = 100000 })
end

local function raw_text(part) if part.format == 'typst' then on_paper_alone(part.text) end end

-- Parts for one format, or for reports of which something holds (`when-meta="simulated"`).
local function conditional(part)
  local format, name = part.attributes['when-format'], part.attributes['when-meta']
  if part.attributes['unless-format'] then
    pandoc.log.warn "'unless-format' is not known here; write when-format with content-hidden"
  end
  if not format and not name then return nil end
  local function shown(on_page)
    local here = (not format or on_page == (format:match '^html' ~= nil)) and (not name or meta[name] == true)
    return here == part.classes:includes 'content-visible'
  end
  if not html and shown(false) and not shown(true) then on_paper_alone(text_of(part.content)) end
  return shown(html) and part.content or {}
end

-- What a report's own blocks become: on the page a class says it, on paper a function of page.typ.
local function called(name, div) return wrapped('#' .. name .. '[', div.content, ']') end

-- A part that a telephone keeps closed; a wide window and paper show it as it stands.
local function later(div)
  local blocks = div.content
  local title = blocks:remove(1)
  if not html then return blocks end
  blocks = wrapped('<details class="later"><summary>', { pandoc.Plain(title.content) }, '</summary>') .. blocks
  blocks:insert(raw '</details>')
  return blocks
end

local function fold(div)
  local blocks = div.content
  local title = blocks:remove(1)
  title = pandoc.Plain(title and title.content or {})
  if html then
    blocks = wrapped('<details><summary>', { title }, '</summary>') .. blocks
    blocks:insert(raw '</details>')
    return blocks
  end
  return wrapped('#fold[', { title }, '][') .. blocks .. { raw ']' }
end

-- A list of choices, then a table whose rows are marked k1, k2, ...: the first choice shows all.
local function filter(div)
  local choices = div.content[1]
  if not choices or choices.t ~= 'BulletList' then return nil end
  div.content:remove(1)
  if not html then return div.content end
  filters = filters + 1
  local blocks = pandoc.Blocks {}
  for i, item in ipairs(choices.content) do
    local id = ('filter-%d-%d'):format(filters, i)
    blocks:insert(raw(('<input type="radio" name="filter-%d" id="%s" class="k%d"%s><label for="%s">'):format(
      filters, id, i - 1, i == 1 and ' checked' or '', id)))
    blocks:insert(pandoc.Plain(pandoc.utils.blocks_to_inlines(item)))
    blocks:insert(raw '</label>')
  end
  return pandoc.Div(blocks .. div.content, { class = 'filter' })
end

local function three(div)
  local blocks = pandoc.Blocks { raw '#three(' }
  for _, card in ipairs(div.content) do
    local kind = card.classes:includes 'sure' and 'sure' or card.classes:includes 'open' and 'open' or 'plain'
    blocks:extend(wrapped('card(' .. quoted(kind) .. ')[', card.content, '],'))
  end
  blocks:insert(raw ')')
  return blocks
end

local on_paper = { lead = true, finding = true, brief = true, ask = true, gloss = true, status = true }

local function structure(div)
  local part = conditional(div)
  if part then return part end
  if div.classes:includes 'own' then return own(div) end
  if div.classes:includes 'fold' then return fold(div) end
  if div.classes:includes 'later' then return later(div) end
  if div.classes:includes 'filter' then return filter(div) end
  if not html and div.classes:includes 'actions' then return {} end
  if not html and div.classes:includes 'three' then return three(div) end
  for _, class in ipairs(div.classes) do
    if class:match '^callout%-' then return callout(div, class:sub(9)) end
    if on_paper[class] and not html then return called(class, div) end
  end
end

-- What opens the document stands in its head: its state, the finding as its title, the lead.
function opened(doc)
  local found = {}
  for i, block in ipairs(doc.blocks) do
    for _, name in ipairs { 'status', 'headline', 'lead' } do
      if block.t == 'Div' and block.classes:includes(name) and not found[name] then found[name] = i end
    end
  end
  if not found.headline then found.lead = nil end
  local taken = {}
  for name, i in pairs(found) do
    taken[i] = true
    if name == 'headline' then
      doc.meta.headline = pandoc.MetaInlines(pandoc.utils.blocks_to_inlines(doc.blocks[i].content))
    else
      doc.meta[name] = pandoc.MetaBlocks(pandoc.Blocks { doc.blocks[i] })
    end
  end
  local rest = pandoc.Blocks {}
  for i, block in ipairs(doc.blocks) do if not taken[i] then rest:insert(block) end end
  doc.blocks = rest
  return doc
end

local function draws(block)
  local found = false
  local function look(part) found = found or part.identifier:match '^fig%-' ~= nil end
  pandoc.Blocks({ block }):walk { Div = look, Figure = look }
  return found
end

-- On paper the contents stand before the first heading behind the first picture, which page one is to
-- show, and each question but the first begins a page.
local function arranged(doc)
  local blocks, place, questions, drawn = pandoc.Blocks {}, nil, 0, false
  for _, block in ipairs(doc.blocks) do
    if block.t == 'Header' and block.identifier:match '%-item%-' then
      questions = questions + 1
      if questions > 1 then blocks:insert(raw '#pagebreak(weak: true)') end
    end
    if not place and drawn and block.t == 'Header' then place = #blocks + 1 end
    blocks:insert(block)
    drawn = drawn or draws(block)
  end
  blocks:insert(place or 1, raw '#contents')
  doc.blocks = blocks
  return doc
end

function Pandoc(doc)
  words, meta = doc.meta.words, doc.meta
  for key, value in pairs(words) do
    if type(value) ~= 'boolean' then words[key] = pandoc.utils.stringify(value) end
  end
  if not html then doc:walk { RawBlock = raw_text, RawInline = raw_text } end
  doc = opened(doc)
  if not html then doc = arranged(doc) end
  return doc:walk { Div = structure, Span = conditional }
end
