// Spilling: a History that outgrows the memory is moved into safetensors files, from which its entries are read when
// they are looked at; and such a file is read as a History elsewhere. Law: what was recorded is read bit for bit.
// Needs nlohmann-json and POSIX.
#pragma once

#include "suture/record/history.hpp"
#include "suture/record/record_state.hpp"
#include "suture/record/safetensors.hpp"

#include <nlohmann/json.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace suture {

namespace detail {
// The file's metadata: "suture": "history", "layout": what is recorded, "entries": a list of
// {"tensor": its name in the file, "layer": ..., "name": ..., "pass": ...}, oldest first.

/// The tensor's name in the file: "h.3.attn.c_attn/3/0", of the site, the layer and the pass.
inline std::string tensor_name(const record& r) {
    return r.name + "/" + std::to_string(r.layer) + "/" + std::to_string(r.pass);
}

/// Reads the tensor from the file each time it is called. It comes back to the device that it was recorded on.
inline std::function<at::Tensor()> loader(std::shared_ptr<const Safetensors> file, std::string name,
                                          at::Device device) {
    return [file = std::move(file), name = std::move(name), device] {
        const normal_mode mode(false);
        return file->load(name).to(device);
    };
}

inline std::string canonical_text(const std::filesystem::path& path) {
    std::error_code refused;
    const std::filesystem::path canonical = std::filesystem::weakly_canonical(path, refused);
    return refused ? path.string() : canonical.string();
}

/// Writes what the recorder has in memory and leaves it in the file.
inline void spill_records(record_state& state, const std::filesystem::path& path, const std::string& layout) {
    const std::vector<record> records = state.in_memory();
    if (records.empty())
        throw ValueError(path.string() + ": this history has nothing in memory to spill: record something first");
    std::map<std::string, at::Tensor> tensors;
    nlohmann::json entries = nlohmann::json::array();
    for (const record& r : records) {
        if (r.tensor.requires_grad())
            throw TypeError(path.string() + ": pass " + std::to_string(r.pass) + " of " + r.name +
                            " is part of a gradient graph, which no file holds: record without keep_graph");
        tensors.emplace(tensor_name(r), r.tensor);
        entries.push_back({{"tensor", tensor_name(r)}, {"layer", r.layer}, {"name", r.name}, {"pass", r.pass}});
    }
    save_safetensors(path, tensors,
                     {{"suture", "history"},
                      {"layout", layout},
                      {"entries", entries.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)}});

    const auto file = std::make_shared<const Safetensors>(Safetensors::open(path));
    std::map<std::uint64_t, std::function<at::Tensor()>> loads;
    for (const record& r : records) loads.emplace(r.id, loader(file, tensor_name(r), r.tensor.device()));
    state.move_out(loads);
}

/// A number of the entry, or -1.
inline std::int64_t count_in(const nlohmann::json& entry, const char* key) {
    const auto found = entry.find(key);
    if (found == entry.end() || !found->is_number_integer()) return -1;
    return found->get<std::int64_t>();
}
inline std::string text_in(const nlohmann::json& entry, const char* key) {
    const auto found = entry.find(key);
    return found == entry.end() || !found->is_string() ? std::string() : found->get<std::string>();
}

/// What the file calls the layout of what is recorded; null stands for any.
inline std::string layout_name(const layout_facts* layout) { return layout ? layout_text(*layout) : "AnyLayout"; }
template <class X, extent Groups>
const layout_facts* recorded_facts() {
    if constexpr (std::same_as<X, AnyLayout>) return nullptr;
    else return &facts_of<host_layout<X, Groups>>;
}

/// A record is [..., width], or [..., groups, width] in groups.
inline bool has_shape_of(const layout_facts& layout, const std::vector<std::int64_t>& sizes) {
    const std::size_t axes = layout.groups == 1 ? 1 : 2;
    return sizes.size() >= axes && sizes.back() == layout.width / layout.groups &&
           (axes == 1 || sizes[sizes.size() - 2] == layout.groups);
}

/// The records that the file says it has, in their order.
/// @throws FileError if it is no spilled history, TypeError if it is one of another layout
inline std::vector<record> records_in(const std::filesystem::path& path, const layout_facts* layout) {
    const auto file = std::make_shared<const Safetensors>(Safetensors::open(path));
    const auto refuse = [&path](const std::string& why) {
        throw FileError(path.string() + ": " + why + ": read a file that spill() wrote");
    };
    std::map<std::string, std::string> metadata = file->metadata();
    if (metadata["suture"] != "history") refuse("this is no spilled history");
    if (metadata["layout"] != layout_name(layout))
        throw TypeError(path.string() + ": the file holds a history of " + metadata["layout"] +
                        " but was asked for as one of " + layout_name(layout) + ": ask for what it holds");
    const nlohmann::json entries = nlohmann::json::parse(metadata["entries"], nullptr, false);
    if (!entries.is_array()) refuse("the list of its entries is damaged");

    std::vector<record> records;
    for (const nlohmann::json& entry : entries) {
        const std::string tensor = text_in(entry, "tensor");
        const std::int64_t layer = count_in(entry, "layer"), pass = count_in(entry, "pass");
        if (layer < 0 || pass < 0 || !file->contains(tensor)) refuse("entry " + entry.dump() + " is damaged");
        const std::vector<std::int64_t> sizes = file->sizes(tensor);
        if (layout && !has_shape_of(*layout, sizes))
            refuse("tensor " + safetensors::in_quotes(tensor) + " has shape " + shape_text(sizes) + ", which is no " +
                   layout_text(*layout));
        record r;
        r.layer = static_cast<std::size_t>(layer);
        r.pass = static_cast<std::size_t>(pass);
        r.name = text_in(entry, "name");
        r.load = loader(file, tensor, at::kCPU);
        records.push_back(std::move(r));
    }
    return records;
}
}  // namespace detail

/// Moves what the history has in memory into a file: complete, or not at all. The entries stay in the history and are
/// read from the file when they are looked at; bytes_held() falls to 0, but for Views that the program keeps. The
/// history may record on, and be spilled again to another file. It keeps the file open, so that a file which is
/// renamed or replaced meanwhile still gives the entries.
/// @throws ValueError if nothing is in memory, or if the file holds entries of this history; TypeError if an entry
///         belongs to a gradient graph; FileError if the file cannot be written. The history is then as it was.
template <class X, extent Groups>
void spill(History<X, Groups>& history, const std::filesystem::path& path) {
    detail::record_state& state = detail::record_access::state(history);
    const std::string file = detail::canonical_text(path);
    if (!state.claim(file))
        throw ValueError(path.string() + ": the file holds entries of this history already: spill to another file");
    try {
        detail::spill_records(state, path, detail::layout_name(detail::recorded_facts<X, Groups>()));
    } catch (...) {
        state.unclaim(file);
        throw;
    }
}

/// Opens a file that spill() wrote: `read_history<Q<768, 12>>("queries.safetensors")`. Entries are read when they are
/// looked at, to the CPU. The history may record on, and be spilled to another file.
/// @throws FileError if the file is no spilled history, TypeError if it is one of another layout
template <class X, extent Groups = 1>
    requires Recordable<X, Groups>
History<X, Groups> read_history(const std::filesystem::path& path, Recording how = {}) {
    History<X, Groups> history(std::move(how));
    detail::record_state& state = detail::record_access::state(history);
    for (detail::record& r : detail::records_in(path, detail::recorded_facts<X, Groups>())) state.restore(std::move(r));
    state.claim(detail::canonical_text(path));
    return history;
}

}  // namespace suture
