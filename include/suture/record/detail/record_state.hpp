// The records of a recorder: under a lock, below a limit on their bytes, overwritten or appended.
// Law: a pass that throws leaves every record, and every count, as it was.
#pragma once

#include "suture/hook/detail/active_scope.hpp"
#include "suture/record/recording.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/error.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace suture {

namespace detail {
/// One recorded activation: in memory, or in a file that `load` reads.
struct record {
    std::size_t layer = 0, pass = 0;
    std::string name;
    at::Tensor tensor;
    std::function<at::Tensor()> load;
    std::uint64_t id = 0;      ///< of all that its recorder ever held
    std::int64_t version = 0;  ///< the tensor's, when it was recorded
    bool cut = false;          ///< of some tokens or batch rows of the activation

    std::size_t bytes() const { return tensor.defined() ? tensor.storage().nbytes() : 0; }
};

/// What was recorded, from memory or from its file.
inline at::Tensor tensor_of(const record& r) {
    if (!r.tensor.defined()) return r.load();
    if (static_cast<std::int64_t>(r.tensor._version()) != r.version)
        throw OwnershipError("pass " + std::to_string(r.pass) + " of " + r.name +
                             " was written after it was recorded: write to a clone() of it, and record again");
    return r.tensor;
}

/// 80 % of the memory, in bytes, of the machine or of the container (cgroup) that the program is in: what is left is for
/// the model.
inline std::size_t most_host_bytes() {
    std::size_t bytes = std::numeric_limits<std::size_t>::max();  // if the system does not say
    const long pages = ::sysconf(_SC_PHYS_PAGES), page = ::sysconf(_SC_PAGESIZE);
    if (pages > 0 && page > 0) bytes = static_cast<std::size_t>(pages) * static_cast<std::size_t>(page);
    // Debian 12 and later have cgroups of version 2: a number, or "max", which is read as none.
    if (std::size_t limit = 0; std::ifstream("/sys/fs/cgroup/memory.max") >> limit) bytes = std::min(bytes, limit);
    return bytes / 5 * 4;
}

/// The records of a recorder, and the layers that it is attached to. Shared with its hooks; may be used by several
/// threads at once.
class RecorderState {
public:
    enum class keep : unsigned char { latest, all };

    RecorderState(Recording how, keep which) : how_(std::move(how)), keep_(which) {
        if (how_.batches && how_.tokens && std::holds_alternative<RowPositions>(*how_.tokens))
            throw ValueError("an index or a mask says the batch rows too: give .tokens or .batches, not both");
    }

    HookPhase when() const {
        return how_.when == seen::before_edits ? HookPhase::before_edits : HookPhase::after_edits;
    }

    /// @throws HookError if the layer is another site's: the records of the two could not be told apart
    void attach(std::size_t layer, const Site& site) {
        const std::lock_guard lock(guard_);
        const auto [at, is_new] = layers_.try_emplace(layer, attachment{site.name(), site.id(), 0});
        if (is_new || (site.has_name() && at->second.name == site.name()) || at->second.site == site.id()) return;
        throw HookError("layer " + std::to_string(layer) + " of this recorder is " + at->second.name +
                        " and cannot be " + site.name() +
                        " as well: use another recorder for it, or add all sites at once");
    }

    /// Keeps what is asked for of the activation.
    /// @throws MemoryError before anything is allocated, if it would hold too much; otherwise as `plan`
    void record_from(std::size_t layer, const ChannelSlice& channels, const at::Tensor& activation) {
        const RecordingPlan wanted = plan(how_, channels, activation);
        record old;  // dropped after the lock: a graph may hold anything
        const std::lock_guard lock(guard_);
        record* const replaced = keep_ == keep::latest ? find(layer) : nullptr;
        check_room(layer, wanted, held_ - (replaced ? replaced->bytes() : 0));

        attachment& at = layers_.at(layer);
        record next{layer, at.passes, at.name, recorded_copy(wanted, activation, how_.keep_graph), {}, ++last_id_, 0};
        next.version = static_cast<std::int64_t>(next.tensor._version());
        next.cut = how_.tokens || how_.batches;
        const std::size_t bytes = next.bytes();
        if (replaced)
            old = std::exchange(*replaced, std::move(next));
        else
            records_.push_back(std::move(next));
        held_ += bytes - old.bytes();
        ++at.passes;
    }

    std::size_t size() const {
        const std::lock_guard lock(guard_);
        return records_.size();
    }
    std::size_t bytes_held() const {
        const std::lock_guard lock(guard_);
        return held_;
    }
    void clear() {
        std::vector<record> old;  // dropped after the lock
        const std::lock_guard lock(guard_);
        old.swap(records_);
        held_ = 0;
        files_.clear();
        for (auto& [layer, at] : layers_) at.passes = 0;
    }

    /// The i-th record. @throws PositionError if there are fewer, after a clear() say
    record entry(std::size_t i) const {
        const std::lock_guard lock(guard_);
        if (i >= records_.size())
            throw PositionError("entry " + std::to_string(static_cast<Index>(i)) +
                                " is outside the recorder, which holds " + std::to_string(records_.size()) +
                                ": iterate again after clear()");
        return records_[i];
    }
    bool contains(std::size_t layer) const {
        const std::lock_guard lock(guard_);
        return find(layer) != nullptr;
    }
    /// The records of one layer, oldest first; one at least.
    std::vector<record> of(std::size_t layer) const {
        const std::lock_guard lock(guard_);
        std::vector<record> found;
        for (const record& r : records_)
            if (r.layer == layer) found.push_back(r);
        if (found.empty()) throw_nothing_at(layer);
        return found;
    }
    /// The layer of the site of that name.
    /// @throws PositionError if no site has it, HookError if several have
    std::size_t layer_named(const std::string& name) const {
        const std::lock_guard lock(guard_);
        const auto is_named = [&name](const auto& item) { return item.second.name == name; };
        const auto first = std::find_if(layers_.begin(), layers_.end(), is_named);
        if (first == layers_.end()) throw PositionError("no site " + name + " is recorded here: " + attached_text());
        if (std::find_if(std::next(first), layers_.end(), is_named) != layers_.end())
            throw HookError("several layers are named " + name + ": ask for one by its number");
        return first->first;
    }

    // What spilling needs.

    /// The records that are in memory, oldest first.
    std::vector<record> in_memory() const {
        const std::lock_guard lock(guard_);
        std::vector<record> found;
        for (const record& r : records_)
            if (r.tensor.defined()) found.push_back(r);
        return found;
    }
    /// Takes a file for records of this recorder. False if it holds some already.
    bool claim(const std::string& file) {
        const std::lock_guard lock(guard_);
        return files_.insert(file).second;
    }
    void unclaim(const std::string& file) {
        const std::lock_guard lock(guard_);
        files_.erase(file);
    }
    /// These records, each with a way to load it, are no longer held in memory. Those that were cleared stay so.
    void move_out(const std::map<std::uint64_t, std::function<at::Tensor()>>& loads) {
        std::vector<at::Tensor> old;  // dropped after the lock
        old.reserve(loads.size());
        const std::lock_guard lock(guard_);
        for (record& r : records_) {
            const auto found = loads.find(r.id);
            if (found == loads.end() || !r.tensor.defined()) continue;
            r.load = found->second;
            held_ -= r.bytes();
            old.push_back(std::exchange(r.tensor, {}));
        }
    }
    /// Adds a record of an earlier session, which lies in a file.
    void restore(record r) {
        const std::lock_guard lock(guard_);
        attachment& at = layers_.try_emplace(r.layer, attachment{r.name, 0, 0}).first->second;
        at.passes = std::max(at.passes, r.pass + 1);
        r.id = ++last_id_;
        records_.push_back(std::move(r));
    }

private:
    struct attachment {
        std::string name;
        std::uint64_t site;
        std::size_t passes;
    };

    /// The first record of a layer, or null.
    const record* find(std::size_t layer) const {
        const auto at =
            std::find_if(records_.begin(), records_.end(), [layer](const record& r) { return r.layer == layer; });
        return at == records_.end() ? nullptr : &*at;
    }
    record* find(std::size_t layer) { return const_cast<record*>(std::as_const(*this).find(layer)); }

    void check_room(std::size_t layer, const RecordingPlan& wanted, std::size_t held) const {
        if (!how_.max_bytes && !wanted.device.is_cpu()) return;
        const std::size_t limit = how_.max_bytes.value_or(most_host_bytes()), needed = wanted.bytes();
        if (held <= limit && needed <= limit - held) return;
        throw MemoryError("recording layer " + std::to_string(layer) + " as " + dtype_text(wanted.dtype) + " " +
                          shape_text(wanted.where.sizes) + " on " + wanted.device.str() + " needs " +
                          std::to_string(needed) + " bytes, " + std::to_string(held) + " are held and the limit is " +
                          std::to_string(limit) + ": clear() or spill() what is held, record fewer tokens or sites, " +
                          "or raise max_bytes");
    }

    [[noreturn]] void throw_nothing_at(std::size_t layer) const {
        const std::string asked = "layer " + std::to_string(static_cast<Index>(layer));
        const auto at = layers_.find(layer);
        if (at == layers_.end()) throw PositionError(asked + " is not recorded here: " + attached_text());
        throw HookError(asked + " (" + at->second.name + ") has recorded nothing yet: run the model while a scope of " +
                        "the hook set is active");
    }
    std::string attached_text() const {
        if (layers_.empty()) return "this recorder is attached to no site: add it to a hook set";
        std::string text;
        for (const auto& [layer, at] : layers_) {
            if (text.size() > 160) {
                text += ", ...";
                break;
            }
            text += (text.empty() ? "" : ", ") + std::to_string(layer) + " (" + at.name + ")";
        }
        return "ask for one of the layers " + text;
    }

    const Recording how_;
    const keep keep_;
    mutable std::mutex guard_;
    std::map<std::size_t, attachment> layers_;
    std::vector<record> records_;
    std::set<std::string> files_;
    std::size_t held_ = 0;
    std::uint64_t last_id_ = 0;
};
}  // namespace detail

}  // namespace suture
