// Spilling: a History that outgrows the memory is moved into safetensors files, from which its entries are read when
// they are looked at; and such a file is read as a History elsewhere. Law: what was recorded is read bit for bit.
// Needs nlohmann-json and POSIX.
#pragma once

#include "suture/file/safetensors.hpp"
#include "suture/record/detail/record_state.hpp"
#include "suture/record/history.hpp"

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
// The file's metadata: "suture": "history"; "layout": what is recorded; "sites": {layer: the site's name}; "entries": a
// list of [layer, pass, whether only some tokens or rows were recorded], oldest first. A tensor is called
// "h.3.attn.c_attn/3/0", by the site, the layer and the pass.

inline std::string tensor_name(const record& r) {
    return r.name + "/" + std::to_string(r.layer) + "/" + std::to_string(r.pass);
}

/// Reads the tensor from the file each time it is called. It comes back to the device that it was recorded on.
inline std::function<at::Tensor()> loader(std::shared_ptr<const Safetensors> file, std::string name,
                                          at::Device device) {
    return [file = std::move(file), name = std::move(name), device] {
        const NormalMode mode(false);
        return file->load(name).to(device);
    };
}

/// The one text for a file however it is written. A link stands for itself: writing replaces it.
inline std::string canonical_text(const std::filesystem::path& path) {
    std::error_code refused;
    const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
    const std::filesystem::path canonical = std::filesystem::weakly_canonical(folder, refused) / path.filename();
    return refused ? path.string() : canonical.string();
}

/// What a history holds: how it is packed, and what the file says of that.
struct recorded_kind {
    const LayoutFacts* layout;  ///< null for any
    bool by_group;              ///< [..., groups, width of the component] instead of [..., width]

    std::string name() const {
        if (!layout) return "AnyLayout";
        return layout_text(*layout) + (by_group ? " by group" : "");
    }
    bool fits(const std::vector<std::int64_t>& sizes) const {
        if (!layout) return true;
        if (!by_group) return !sizes.empty() && sizes.back() == layout->width;
        return sizes.size() >= 2 && sizes.back() == layout->width / layout->groups &&
               sizes[sizes.size() - 2] == layout->groups;
    }
};
template <class X, Index Groups>
recorded_kind kind_recorded() {
    if constexpr (std::same_as<X, AnyLayout>)
        return {nullptr, false};
    else
        return {&facts_of<host_layout<X, Groups>>, !Layout<X> && Groups > 1};
}

/// Writes what the recorder has in memory and leaves it in the file.
inline void spill_records(RecorderState& state, const std::filesystem::path& path, const recorded_kind& kind) {
    const std::vector<record> records = state.in_memory();
    if (records.empty())
        throw ValueError(path.string() + ": this history has nothing in memory to spill: record something first");
    std::map<std::string, at::Tensor> tensors;
    nlohmann::json entries = nlohmann::json::array(), sites = nlohmann::json::object();
    for (const record& r : records) {
        if (r.tensor.requires_grad())
            throw TypeError(path.string() + ": pass " + std::to_string(r.pass) + " of " + r.name +
                            " is part of a gradient graph, which no file holds: record without keep_graph");
        tensors.emplace(tensor_name(r), tensor_of(r));
        entries.push_back({r.layer, r.pass, r.cut});
        sites[std::to_string(r.layer)] = r.name;
    }
    const auto text = [](const nlohmann::json& j) {
        return j.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    };
    save_safetensors(
        path, tensors,
        {{"suture", "history"}, {"layout", kind.name()}, {"sites", text(sites)}, {"entries", text(entries)}});

    const auto file = std::make_shared<const Safetensors>(Safetensors::open(path));
    std::map<std::uint64_t, std::function<at::Tensor()>> loads;
    for (const record& r : records) loads.emplace(r.id, loader(file, tensor_name(r), r.tensor.device()));
    state.move_out(loads);
}

/// A record of the list of entries; its name is empty if that is damaged.
inline record record_of(const nlohmann::json& entry, const nlohmann::json& sites) {
    record r;
    const auto is_count = [&entry](std::size_t i) { return entry[i].is_number_unsigned(); };
    if (!entry.is_array() || entry.size() != 3 || !is_count(0) || !is_count(1) || !entry[2].is_boolean()) return r;
    r.layer = entry[0].get<std::size_t>(), r.pass = entry[1].get<std::size_t>(), r.cut = entry[2].get<bool>();
    const auto site = sites.find(std::to_string(r.layer));
    if (site != sites.end() && site->is_string()) r.name = site->get<std::string>();
    return r;
}

/// The records that the file says it has, in their order.
/// @throws FileError if it is no spilled history, TypeError if it is one of something else
inline std::vector<record> records_in(const std::filesystem::path& path, const recorded_kind& kind) {
    const auto file = std::make_shared<const Safetensors>(Safetensors::open(path));
    const auto refuse = [&path](const std::string& why) {
        throw FileError(path.string() + ": " + why + ": read a file that spill() wrote");
    };
    std::map<std::string, std::string> metadata = file->metadata();
    if (metadata["suture"] != "history") refuse("this is no spilled history");
    if (metadata["layout"] != kind.name())
        throw TypeError(path.string() + ": the file holds a history of " + metadata["layout"] +
                        " but was asked for as one of " + kind.name() + ": ask for what it holds");
    const nlohmann::json entries = nlohmann::json::parse(metadata["entries"], nullptr, false);
    const nlohmann::json sites = nlohmann::json::parse(metadata["sites"], nullptr, false);
    if (!entries.is_array() || !sites.is_object()) refuse("the list of its entries is damaged");

    std::vector<record> records;
    for (const nlohmann::json& entry : entries) {
        record r = record_of(entry, sites);
        const std::string tensor = tensor_name(r);
        if (r.name.empty() || !file->contains(tensor))
            refuse("entry " + std::to_string(records.size()) + " of its list is damaged");
        if (const std::vector<std::int64_t> sizes = file->sizes(tensor); !kind.fits(sizes))
            refuse("tensor " + safetensors::in_quotes(tensor) + " has shape " + shape_text(sizes) + ", which is no " +
                   kind.name());
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
///         belongs to a gradient graph, OwnershipError if one was written since; FileError if the file cannot be written,
///         or would hold more than the format can (some 800 000 entries: spill more often). The history is then as it
///         was.
template <class X, Index Groups>
void spill(History<X, Groups>& history, const std::filesystem::path& path) {
    detail::RecorderState& state = detail::RecordAccess::state(history);
    const std::string file = detail::canonical_text(path);
    if (!state.claim(file))
        throw ValueError(path.string() + ": the file holds entries of this history already: spill to another file");
    try {
        detail::spill_records(state, path, detail::kind_recorded<X, Groups>());
    } catch (...) {
        state.unclaim(file);
        throw;
    }
}

/// Opens a file that spill() wrote: `read_history<Q<768, 12>>("queries.safetensors")`. Entries are read when they are
/// looked at, to the CPU. The history may record on, and be spilled to another file.
/// @throws FileError if the file is no spilled history, TypeError if it is one of another layout
template <class X, Index Groups = 1>
    requires Recordable<X, Groups> History<X, Groups> read_history(const std::filesystem::path& path,
                                                                   Recording how = {}) {
        History<X, Groups> history(std::move(how));
        detail::RecorderState& state = detail::RecordAccess::state(history);
        for (detail::record& r : detail::records_in(path, detail::kind_recorded<X, Groups>()))
            state.restore(std::move(r));
        state.claim(detail::canonical_text(path));
        return history;
    }

}  // namespace suture
