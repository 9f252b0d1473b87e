// Spilling: moves a History that outgrows the memory into safetensors files, from which its entries are then read when
// they are looked at, and reads such a file as a History. Law: entries are read bit for bit as they were recorded.
// Needs nlohmann-json and POSIX.
#pragma once

#include "suture/file/safetensors.hpp"
#include "suture/record/detail/entry_store.hpp"
#include "suture/record/history.hpp"
#include "suture/text/visible_text.hpp"

#include <unistd.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <iterator>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

namespace detail {
// The file's metadata: "suture": "history"; "layout": what the history holds; "sites": {layer: the site's name};
// "entries": a list of [layer, pass, which positions were recorded, or null for all], oldest first. A tensor is named
// "h.3.attn.c_attn/3/0": site, layer and pass.

inline nlohmann::json numbers_json(at::IntArrayRef numbers) {
    return std::vector<Index>(numbers.begin(), numbers.end());
}

/// The positions that an entry holds of its activation.
inline nlohmann::json cut_json(const std::shared_ptr<const Cut>& cut) {
    if (!cut) return nullptr;
    nlohmann::json j{{"leading", numbers_json(cut->leading)}};
    const auto add = [&j](const char* name, const auto& position) {
        if (position) j[name] = {position->begin, position->end, position->single, static_cast<int>(position->within)};
    };
    if (const auto& pass = cut->pass)
        j["pass"] = {{"columns", pass->columns},
                     {"first", pass->first},
                     {"length", pass->length},
                     {"prompt", pass->prompt},
                     {"is_growing", pass->is_growing}};
    add("batch", cut->positions.batch);
    add("token", cut->positions.token);
    if (const auto& rows = cut->positions.rows) {
        const at::Tensor values = rows->given.to(at::kCPU, at::kLong).contiguous();
        const Index* const first = values.data_ptr<Index>();
        j["rows"] = {{"kind", static_cast<int>(rows->what)},
                     {"sizes", numbers_json(values.sizes())},
                     {"values", std::vector<Index>(first, first + values.numel())}};
    }
    return j;
}

inline CountedIn counted_in(int number) {
    if (number < 0 || number > 2) throw ValueError("no such way to count positions");
    return static_cast<CountedIn>(number);
}

/// @throws std::exception if the text is not what cut_json writes
inline std::shared_ptr<const Cut> cut_in(const nlohmann::json& j) {
    if (j.is_null()) return nullptr;
    Cut cut;
    for (const Index n : j.at("leading").get<std::vector<Index>>()) cut.leading.push_back(n);
    const auto read = [&j](const char* name, auto& position) {
        if (const auto at = j.find(name); at != j.end())
            position.emplace() = {at->at(0).get<Index>(), at->at(1).get<Index>(), at->at(2).get<bool>(),
                                  at->size() > 3 ? counted_in(at->at(3).get<int>()) : CountedIn::sequence};
    };
    if (const auto pass = j.find("pass"); pass != j.end()) {
        cut.pass = std::make_shared<const SequencePositions>(
            SequencePositions{pass->at("columns").get<Index>(), pass->at("first").get<std::vector<Index>>(),
                              pass->at("length").get<std::vector<Index>>(),
                              pass->at("prompt").get<std::vector<Index>>(), pass->at("is_growing").get<bool>()});
        cut.pass->check();
    }
    read("batch", cut.positions.batch);
    read("token", cut.positions.token);
    if (const auto rows = j.find("rows"); rows != j.end()) {
        const auto kind = rows->at("kind").get<int>();
        const auto sizes = rows->at("sizes").get<std::vector<Index>>();
        if (kind < 0 || kind > 2) throw ValueError("no such kind of positions");
        const auto what = static_cast<RowPositions::Kind>(kind);
        const at::Tensor values = index_tensor(rows->at("values").get<std::vector<Index>>()).reshape(sizes);
        cut.positions.rows = RowPositions{what, what == RowPositions::Kind::where_true ? values.to(at::kBool) : values};
    }
    return std::make_shared<const Cut>(std::move(cut));
}

inline std::string tensor_name(const StoredEntry& e) {
    return e.name + "/" + std::to_string(e.layer) + "/" + std::to_string(e.pass);
}

/// Reads the tensor from the file on each call, to the device that it was recorded on.
inline std::function<at::Tensor()> loader(std::shared_ptr<const Safetensors> file, std::string name,
                                          at::Device device) {
    return [file = std::move(file), name = std::move(name), device] {
        const NormalMode mode(false);
        return file->load(name).to(device);
    };
}

/// One text for each file, however its path is written. A link is not followed, because writing replaces it.
inline std::string canonical_text(const std::filesystem::path& path) {
    std::error_code refused;
    const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
    const std::filesystem::path canonical = std::filesystem::weakly_canonical(folder, refused) / path.filename();
    return refused ? path.string() : canonical.string();
}

/// The numbers of X in a file, as layout_text writes them; null if the text is not that of an X.
template <Layout X>
const LayoutFacts* numbers_in(const std::string& text) {
    if constexpr (is_ordered<X>) {
        constexpr std::size_t begin = 8;  // behind "Ordered<"
        const std::size_t end = text.find(", Axis::");
        if (end == text.npos || end < begin) return nullptr;
        const LayoutFacts* const without_axes = numbers_in<unordered<X>>(text.substr(begin, end - begin));
        if (without_axes == nullptr) return nullptr;
        const Extents<X> extents(*without_axes);
        const LayoutFacts& found = extents.facts();
        return layout_text(found) == text ? &found : nullptr;
    }
    std::vector<ComponentExtents> numbers;
    std::optional<Index> groups;
    std::size_t at = 0;
    const auto read = [&](const std::string& before) -> std::optional<Index> {
        if (text.compare(at, before.size(), before) != 0) return {};
        const std::size_t first = at + before.size();
        const std::size_t end = std::min(text.find_first_not_of("0123456789", first), text.size());
        Index n = 0;
        if (std::from_chars(text.data() + first, text.data() + end, n).ec != std::errc()) return {};
        at = end;
        return n;
    };
    if (!Component<X>) {
        groups = read("Grouped<");
        if (!groups && !read("Fused<")) return nullptr;
    }
    for (const ComponentFacts& c : facts_of<X>) {
        const std::optional<Index> width = read((at == 0 ? "" : ", ") + std::string(c.name) + "<");
        if (!width) return nullptr;
        const std::optional<Index> heads = read(", ");
        numbers.push_back({*width, heads.value_or(1)});
        ++at;  // ">"
    }
    try {
        const Extents<X> extents(numbers, groups ? groups : std::optional<Index>(1));
        const LayoutFacts& found = extents.facts();
        return layout_text(found) == text ? &found : nullptr;
    } catch (const Error&) {
        return nullptr;
    }
}

/// How the entries of a history are packed, and the name of that in the file.
struct HistoryFormat {
    const LayoutFacts* layout;  ///< null for AnyLayout; what the type leaves dynamic is that of the entries

    std::string name() const { return layout ? layout_text(*layout) : "AnyLayout"; }
    /// Whether these are the sizes of an activation packed so, or of what such a cut keeps of one.
    bool fits(const std::vector<std::int64_t>& sizes, const Cut* cut = nullptr) const {
        if (!layout) return true;
        const AxisOrder axes = axes_held(cut, layout->axes);
        return !sizes.empty() && sizes.back() == layout->width &&
               (axes.is_free() || static_cast<Index>(sizes.size()) == axes.count + 1);
    }
};
template <class X>
HistoryFormat history_format(const std::string& stored = {}) {
    if constexpr (requires { requires !is_static<X>; }) {
        const LayoutFacts* const numbers = numbers_in<X>(stored);
        return {numbers ? numbers : &facts_of<X>};
    } else if constexpr (std::same_as<X, AnyLayout>)
        return {nullptr};
    else
        return {&facts_of<X>};
}

// A file's header has a limit (100 MB), which about 800,000 entries reach. More are written to several files,
// queries-00001-of-00003.safetensors, with the index queries.safetensors.index.json, as models are. Each file is a spilled
// history of its own; "spill" in the metadata of all is the same text, so that files of two spills are not taken for one.

/// Entries that go to one file.
struct SpillPart {
    std::vector<const StoredEntry*> entries;
    std::string listed;  ///< the JSON of the list of these entries, without its brackets
};

/// Divides the entries, oldest first, so that no file's header is longer than the limit.
/// @throws TypeError if an entry is part of a graph
inline std::vector<SpillPart> divided(const std::vector<StoredEntry>& stored, const std::filesystem::path& path,
                                      std::size_t most_header_bytes) {
    std::vector<SpillPart> parts(1);
    std::size_t header_bytes = 0;
    for (const StoredEntry& e : stored) {
        if (e.tensor.requires_grad())
            throw TypeError(path.string() + ": pass " + std::to_string(e.pass) + " of " + e.name +
                            " is part of a gradient graph, which a file cannot hold: record without keep_graph");
        const std::string cut = e.cut ? cut_json(e.cut).dump() : "null";
        const std::string listed = "[" + std::to_string(e.layer) + "," + std::to_string(e.pass) + "," + cut + "]";
        // Escapes may double a text, and control characters take six; the numbers of an entry take at most 20 digits each.
        const std::size_t bytes =
            6 * e.name.size() + 2 * listed.size() + 20 * (static_cast<std::size_t>(e.tensor.dim()) + 4) + 60;
        if (header_bytes + bytes > most_header_bytes && !parts.back().entries.empty()) {
            parts.emplace_back();
            header_bytes = 0;
        }
        header_bytes += bytes;
        parts.back().listed += (parts.back().listed.empty() ? "" : ",") + listed;
        parts.back().entries.push_back(&e);
    }
    return parts;
}

/// queries-00002-of-00003.safetensors for queries.safetensors
inline std::filesystem::path part_path(const std::filesystem::path& path, std::size_t i, std::size_t count) {
    const auto number = [](std::size_t n) {
        const std::string digits = std::to_string(n);
        return std::string(digits.size() < 5 ? 5 - digits.size() : 0, '0') + digits;
    };
    return path.parent_path() / (path.stem().string() + "-" + number(i + 1) + "-of-" + number(count) +
                                 (path.has_extension() ? path.extension().string() : ".safetensors"));
}
inline std::filesystem::path index_path(const std::filesystem::path& path) {
    return std::filesystem::path(path.string() + ".index.json");
}

/// The tensors of a part by their names, and its metadata.
inline void write_part(NewFile& file, const std::filesystem::path& path, const SpillPart& part,
                       const HistoryFormat& format, const std::string& spill) {
    std::map<std::string, at::Tensor> tensors;
    nlohmann::json sites = nlohmann::json::object();
    for (const StoredEntry* const e : part.entries) {
        tensors.emplace(tensor_name(*e), tensor_of(*e));
        sites[std::to_string(e->layer)] = e->name;
    }
    std::map<std::string, std::string> metadata{
        {"suture", "history"},
        {"layout", format.name()},
        {"sites", sites.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)},
        {"entries", "[" + part.listed + "]"}};
    if (!spill.empty()) metadata.emplace("spill", spill);
    safetensors::write(file, path, tensors, metadata);
}

/// The index of a history in several files at this path, or an empty path.
inline std::optional<safetensors::ShardIndex> history_index(const std::filesystem::path& path) {
    const std::filesystem::path index = index_path(path);
    if (!std::filesystem::exists(index)) return {};
    return naming(index.string(), [&]() -> std::optional<safetensors::ShardIndex> {
        safetensors::ShardIndex read = safetensors::read_index(InputFile(index));
        const auto kind = read.metadata.find("suture");
        if (kind == read.metadata.end() || kind->second != "history") return {};
        return read;
    });
}
/// The files of an index, in order.
inline std::set<std::string> files_of(const safetensors::ShardIndex& index) {
    std::set<std::string> files;
    for (const auto& item : index.files) files.insert(item.second);
    return files;
}

/// Removes the files of an earlier spill to this path, but for those that are kept.
inline void remove_parts(const std::filesystem::path& path, const safetensors::ShardIndex& earlier,
                         const std::set<std::string>& kept) {
    std::error_code refused;  // then a file stays that nothing reads
    for (const std::string& file : files_of(earlier))
        if (!kept.contains(file) && file.starts_with(path.stem().string() + "-") && file.find('/') == file.npos)
            std::filesystem::remove(path.parent_path() / file, refused);
}

inline void spill_to_one(const std::filesystem::path& path, const SpillPart& part, const HistoryFormat& format) {
    NewFile file(path);
    write_part(file, path, part, format, "");
    const auto earlier = history_index(path);
    file.publish();
    if (!earlier) return;
    std::error_code refused;
    if (!std::filesystem::remove(index_path(path), refused))
        throw FileError(index_path(path).string() + ": this index of an earlier spill cannot be removed (" +
                        refused.message() + "): remove it, because it is read instead of " + path.string());
    remove_parts(path, *earlier, {});
}

/// Writes all files before one takes its name. Until the index has its own, an earlier history at the path is read.
inline void spill_to_many(EntryStore& store, const std::filesystem::path& path, const std::vector<SpillPart>& parts,
                          const HistoryFormat& format) {
    NewFile(path).write("");  // refuses a path that is a directory or in none
    const auto now = std::chrono::system_clock::now().time_since_epoch().count();
    const std::string spill = std::to_string(now) + "-" + std::to_string(::getpid());
    std::vector<std::string> claimed;
    const auto unclaim = [&] {
        for (const std::string& file : claimed) store.unclaim(file);
    };
    try {
        std::list<NewFile> files;
        std::set<std::string> names;
        std::string map;
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const std::filesystem::path at = part_path(path, i, parts.size());
            if (!store.claim(canonical_text(at)))
                throw ValueError(at.string() +
                                 ": the file holds entries of this history already: spill to another file");
            claimed.push_back(canonical_text(at));
            write_part(files.emplace_back(at), at, parts[i], format, spill);
            const std::string name = at.filename().string();
            names.insert(name);
            for (const StoredEntry* const e : parts[i].entries)
                map += (map.empty() ? "" : ",\n") + safetensors::json_string(tensor_name(*e)) + ": " +
                       safetensors::json_string(name);
        }
        NewFile& index = files.emplace_back(index_path(path));
        index.write("{\"metadata\": {\"suture\": \"history\", \"spill\": \"" + spill + "\"}, \"weight_map\": {\n" +
                    map + "}}\n");
        const std::optional<safetensors::ShardIndex> earlier = history_index(path);
        for (NewFile& file : files) file.publish();
        std::error_code refused;
        std::filesystem::remove(path, refused);  // an earlier history in one file
        if (earlier) remove_parts(path, *earlier, names);
    } catch (...) {
        unclaim();
        throw;
    }
}

/// Of a header, in bytes as `divided` estimates them from above: the format allows 100 MB.
inline constexpr std::size_t most_spill_header = 95'000'000;

/// Writes the entries that are in memory to the file, or to several, and drops them from memory.
inline void spill_entries(EntryStore& store, const std::filesystem::path& path, HistoryFormat format,
                          std::size_t most_header_bytes = most_spill_header) {
    const std::vector<StoredEntry> stored = store.in_memory();
    if (stored.empty())
        throw ValueError(path.string() + ": this history has nothing in memory to spill: record something first");
    if (const LayoutFacts* const first = stored.front().held) {
        for (const StoredEntry& e : stored)
            if (!are_same_numbers(*first, *e.held))
                throw ValueError(path.string() + ": the entries hold " + layout_text(*first) + " and " +
                                 layout_text(*e.held) + ": record sites of one size in each history");
        format.layout = first;
    }
    const std::vector<SpillPart> parts = divided(stored, path, most_header_bytes);
    if (parts.size() == 1)
        spill_to_one(path, parts.front(), format);
    else
        spill_to_many(store, path, parts, format);

    std::map<std::uint64_t, std::function<at::Tensor()>> loads;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const std::filesystem::path at = parts.size() == 1 ? path : part_path(path, i, parts.size());
        const auto file = std::make_shared<const Safetensors>(Safetensors::open(at));
        for (const StoredEntry* const e : parts[i].entries)
            loads.emplace(e->id, loader(file, tensor_name(*e), e->tensor.device()));
    }
    store.move_out(loads);
}

/// An entry as the file lists it; its name is empty if the list is damaged there.
inline StoredEntry listed_entry(const nlohmann::json& listed, const nlohmann::json& sites) {
    StoredEntry e;
    const auto is_count = [&listed](std::size_t i) { return listed[i].is_number_unsigned(); };
    if (!listed.is_array() || listed.size() != 3 || !is_count(0) || !is_count(1)) return e;
    e.layer = listed[0].get<std::size_t>(), e.pass = listed[1].get<std::size_t>();
    try {
        e.cut = cut_in(listed[2]);
    } catch (const std::exception&) {
        return e;
    }
    const auto site = sites.find(std::to_string(e.layer));
    if (site != sites.end() && site->is_string()) e.name = site->get<std::string>();
    return e;
}

/// The entries that one file lists, in its order. `spill` is the text that it has in common with others, or nothing.
/// @throws FileError if it is not a spilled history, TypeError if that has another layout
template <class X>
std::vector<StoredEntry> entries_in_file(const std::filesystem::path& path, const std::string& spill) {
    const auto file = std::make_shared<const Safetensors>(Safetensors::open(path));
    const auto refuse = [&path](const std::string& why) {
        throw FileError(path.string() + ": " + why + ": read a file that spill() wrote");
    };
    std::map<std::string, std::string> metadata = file->metadata();
    if (metadata["suture"] != "history") refuse("this is not a spilled history");
    if (!spill.empty() && metadata["spill"] != spill)
        throw FileError(path.string() +
                        ": this file is of another spill than its index, which was interrupted: spill " +
                        "the history again");
    const HistoryFormat format = history_format<X>(metadata["layout"]);
    if (metadata["layout"] != format.name())
        throw TypeError(path.string() + ": the file holds a history of " + metadata["layout"] + ", not of " +
                        format.name() + ": read it as what it holds");
    const nlohmann::json list = nlohmann::json::parse(metadata["entries"], nullptr, false);
    const nlohmann::json sites = nlohmann::json::parse(metadata["sites"], nullptr, false);
    if (!list.is_array() || !sites.is_object()) refuse("the list of its entries is damaged");

    std::vector<StoredEntry> entries;
    for (const nlohmann::json& listed : list) {
        StoredEntry e = listed_entry(listed, sites);
        const std::string tensor = tensor_name(e);
        if (e.name.empty() || !file->contains(tensor))
            refuse("entry " + std::to_string(entries.size()) + " of its list is damaged");
        if (const std::vector<std::int64_t> sizes = file->sizes(tensor); !format.fits(sizes, e.cut.get()))
            refuse("tensor " + in_quotes(tensor) + " has shape " + shape_text(sizes) + ", which does not fit " +
                   format.name());
        e.load = loader(file, tensor, at::kCPU);
        e.held = format.layout;
        entries.push_back(std::move(e));
    }
    return entries;
}

/// The entries that a file, or several with their index, list, in their order. @throws as entries_in_file
template <class X>
std::vector<StoredEntry> entries_in(const std::filesystem::path& path) {
    constexpr std::string_view ending = ".index.json";
    if (const std::string text = path.string(); text.ends_with(ending))
        return entries_in<X>(text.substr(0, text.size() - ending.size()));
    const std::optional<safetensors::ShardIndex> index = history_index(path);
    if (!index) return entries_in_file<X>(path, "");
    const auto spill = index->metadata.find("spill");
    std::vector<StoredEntry> entries;
    for (const std::string& file : files_of(*index)) {
        std::vector<StoredEntry> more =
            entries_in_file<X>(path.parent_path() / file, spill == index->metadata.end() ? "?" : spill->second);
        std::move(more.begin(), more.end(), std::back_inserter(entries));
    }
    return entries;
}
}  // namespace detail

/// Moves the entries that are in memory into a file, which is written completely or not at all. More than fit the header of
/// one (some 300,000) are written to several beside it, queries-00001-of-00003.safetensors, with an index,
/// queries.safetensors.index.json; read_history(path) reads either. The entries stay in the history
/// and are read from the file when they are looked at; bytes_held() falls to 0, but Views that the program keeps still
/// hold their tensors. The history can record on, and be spilled again to another file. It keeps the file open, so that
/// a file that is renamed or replaced in the meantime still gives the entries.
/// @throws ValueError if nothing is in memory, or if the file holds entries of this history already; TypeError if an
///         entry belongs to a gradient graph; OwnershipError if one was written after it was recorded; FileError if the
///         file cannot be written. Then the history is unchanged.
template <Recordable X>
void spill(History<X>& history, const std::filesystem::path& path) {
    detail::EntryStore& store = detail::StoreAccess::store(history);
    const std::string file = detail::canonical_text(path);
    if (!store.claim(file))
        throw ValueError(path.string() + ": the file holds entries of this history already: spill to another file");
    try {
        detail::spill_entries(store, path, detail::history_format<X>());
    } catch (...) {
        store.unclaim(file);
        throw;
    }
}

/// Opens a file that spill() wrote: `read_history<Q<768, 12>>("queries.safetensors")`. Entries are read to the CPU when
/// they are looked at. The history can record on, and be spilled to another file.
/// @throws FileError if the file is not a spilled history, TypeError if that has another layout
template <Recordable X>
History<X> read_history(const std::filesystem::path& path, RecordOptions options = {}) {
    History<X> history(std::move(options));
    detail::EntryStore& store = detail::StoreAccess::store(history);
    for (detail::StoredEntry& e : detail::entries_in<X>(path)) store.restore(std::move(e));
    store.claim(detail::canonical_text(path));
    return history;
}

// Calls that must not compile.
template <class...>
SUTURE_REJECTED("spill writes a History to a file: write spill(history, path)", spill(...));
template <class X>
    requires(!Recordable<X>)
SUTURE_REJECTED("this is not a layout: write read_history<Q<768, 12>>(path)", read_history(...));
template <Recordable X>
SUTURE_REJECTED("a History is read from a path: write read_history<Q<768, 12>>(path)", read_history(...));
template <class... Xs>
    requires(sizeof...(Xs) != 1)
SUTURE_REJECTED("name what was recorded: write read_history<Q<768, 12>>(path)", read_history(...));
template <template <Index, Index> class... Families>
    requires(sizeof...(Families) > 0)
SUTURE_REJECTED("a family has no width: name the component, as in read_history<Q<768, 12>>", read_history(...));

}  // namespace suture

#include "suture/core/end_refuse.hpp"
