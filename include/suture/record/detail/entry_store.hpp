// The entries of a recorder: behind a lock, within a limit on their bytes, overwritten or appended.
// Law: a pass that throws leaves every entry, and every count, unchanged.
#pragma once

#include "suture/hook/detail/registry.hpp"
#include "suture/hook/detail/running_pass.hpp"
#include "suture/record/record_options.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/joined.hpp"
#include "suture/tensor/view.hpp"
#include "suture/text/near_words.hpp"

#include <unistd.h>

#include <range/v3/algorithm/find.hpp>
#include <range/v3/range/conversion.hpp>
#include <range/v3/view/filter.hpp>
#include <range/v3/view/map.hpp>
#include <range/v3/view/transform.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace suture::detail {

/// One recorded activation: in memory, or in a file that `load` reads.
struct StoredEntry {
    std::size_t layer = 0, pass = 0;
    std::string name;
    at::Tensor tensor;
    std::function<at::Tensor()> load;
    std::uint64_t id = 0;               ///< unique among all entries that the recorder ever held
    std::int64_t version = 0;           ///< the tensor's version when it was recorded
    std::shared_ptr<const Cut> cut;     ///< which tokens or batch rows of the activation it holds; null if all
    const LayoutFacts* held = nullptr;  ///< what the tensor is packed like, if the type of the recorder does not say it

    std::size_t bytes() const { return tensor.defined() ? tensor.storage().nbytes() : 0; }
};

/// The recorded tensor, from memory or from its file.
/// @throws OwnershipError if the tensor was written after it was recorded, FileError if the file cannot be read
inline at::Tensor tensor_of(const StoredEntry& e) {
    if (!e.tensor.defined()) return e.load();
    if (static_cast<std::int64_t>(e.tensor._version()) != e.version)
        throw OwnershipError("pass " + std::to_string(e.pass) + " of " + e.name +
                             " was written after it was recorded: write to a clone() of it, and record again");
    return e.tensor;
}

/// 80 % of the memory, in bytes, of the machine or of the container (cgroup) in which the program runs. The rest is left
/// to the model.
inline std::size_t most_host_bytes() {
    std::size_t bytes = std::numeric_limits<std::size_t>::max();  // if the system does not tell
    const long pages = ::sysconf(_SC_PHYS_PAGES), page = ::sysconf(_SC_PAGESIZE);
    if (pages > 0 && page > 0) bytes = static_cast<std::size_t>(pages) * static_cast<std::size_t>(page);
    // Debian 12 and later use cgroups v2: the file holds a number, or "max", which fails to parse.
    if (std::size_t limit = 0; std::ifstream("/sys/fs/cgroup/memory.max") >> limit) bytes = std::min(bytes, limit);
    return bytes / 5 * 4;
}

/// The entries of a recorder and the layers that it is attached to. Shared with the recorder's hooks; several threads
/// may use it at once.
class EntryStore {
public:
    enum class Keep : unsigned char { latest, all };

    EntryStore(RecordOptions options, Keep keep) : options_(std::move(options)), keep_(keep) {
        if (options_.batches && options_.tokens && std::holds_alternative<RowPositions>(*options_.tokens))
            throw ValueError("an index or a mask selects batch rows as well: give .tokens or .batches, not both");
    }

    HookPhase when() const {
        return options_.when == RecordPhase::before_edits ? HookPhase::before_edits : HookPhase::after_edits;
    }

    /// Attaches the hook with this state, for as long as it exists: a hook that is made and not added leaves no trace.
    /// @throws HookError if the layer belongs to another site, or the entries to the other pass: nothing would
    ///         distinguish them
    void attach(std::size_t layer, const Site& site, const std::shared_ptr<HookState>& hook,
                Pass pass = Pass::forward) {
        const std::lock_guard lock(guard_);
        std::erase_if(layers_, [](const auto& item) { return !item.second.is_in_use(); });
        if (layers_.empty()) pass_.reset();
        if (pass_.value_or(pass) != pass)
            throw HookError(std::string("this recorder is attached to ") +
                            (pass == Pass::backward ? "activations and cannot record the gradient at "
                                                    : "gradients and cannot record the activation at ") +
                            site.name() + " as well: use another recorder for it");
        pass_ = pass;
        const auto [at, is_new] = layers_.try_emplace(layer, Attachment{site.name(), site.id(), 0, {}});
        if (!is_new && !(site.has_name() && at->second.name == site.name()) && at->second.site != site.id())
            throw HookError("layer " + std::to_string(layer) + " of this recorder is " + at->second.name +
                            " and cannot be " + site.name() +
                            " as well: use another recorder for it, or add all sites at once");
        std::erase_if(at->second.hooks, [](const auto& earlier) { return earlier.expired(); });
        at->second.hooks.push_back(hook);
    }

    /// Keeps the selected part of the activation.
    /// @return what is to pass on in its place, so that gradients reach what is kept with its graph; undefined if that is not
    ///         asked for, or if it has another dtype or device
    /// @throws MemoryError before anything is allocated, if the limit would be exceeded; otherwise as `plan_copy`
    at::Tensor keep(std::size_t layer, const PackedPart& part, const at::Tensor& activation,
                    const LayoutFacts* held = nullptr) {
        // A function is asked for positions once for each activation, and not under the lock: it may read the recorder.
        std::optional<RecordOptions> with_positions = with_positions_now(options_);
        const RecordOptions& options = with_positions ? *with_positions : options_;
        const std::shared_ptr<const SequencePositions> pass = pass_now();
        const std::optional<CopyPlan> planned = plan_copy(options, part, activation, pass.get());
        is_hook_elsewhere = !planned;
        if (!planned) return {};
        const CopyPlan& plan = *planned;
        StoredEntry old;  // destroyed after the lock is released: a graph may own anything
        const std::lock_guard lock(guard_);
        StoredEntry* const replaced = keep_ == Keep::latest ? find(layer) : nullptr;
        check_room(layer, plan, held_ - (replaced ? replaced->bytes() : 0));

        Attachment& at = layers_.at(layer);
        std::shared_ptr<const Cut> cut;
        if (options_.tokens || options_.batches || pass) {
            const at::IntArrayRef sizes = activation.sizes();
            cut = std::make_shared<const Cut>(
                Cut{place_kept(part, options).positions, Shape(sizes.begin(), sizes.end() - 1), false, pass});
        }
        if (replaced && !options_.keep_graph && overwrite_kept(plan, activation, replaced->tensor)) {
            replaced->pass = at.passes++, replaced->id = ++last_id_, replaced->cut = std::move(cut);
            replaced->held = held;
            replaced->version = static_cast<std::int64_t>(replaced->tensor._version());
            return {};
        }
        StoredEntry next{layer, at.passes,  at.name, copy_kept(plan, activation, options_.keep_graph),
                         {},    ++last_id_, 0,       std::move(cut),
                         held};
        next.version = static_cast<std::int64_t>(next.tensor._version());
        at::Tensor passing;
        if (options_.keep_graph) passing = passing_through(plan, activation, next.tensor);
        const std::size_t bytes = next.bytes();
        if (replaced)
            old = std::exchange(*replaced, std::move(next));
        else
            entries_.push_back(std::move(next));
        held_ += bytes - old.bytes();
        ++at.passes;
        return passing;
    }

    std::size_t size() const {
        const std::lock_guard lock(guard_);
        return entries_.size();
    }
    std::size_t bytes_held() const {
        const std::lock_guard lock(guard_);
        return held_;
    }
    void clear() {
        std::vector<StoredEntry> old;  // destroyed after the lock is released
        const std::lock_guard lock(guard_);
        old.swap(entries_);
        held_ = 0;
        files_.clear();
        for (auto& [layer, at] : layers_) at.passes = 0;
    }

    /// The i-th entry. @throws PositionError if there are fewer, for example after a clear()
    StoredEntry entry(std::size_t i) const {
        const std::lock_guard lock(guard_);
        if (i >= entries_.size())
            throw PositionError("entry " + std::to_string(static_cast<Index>(i)) +
                                " is outside the recorder, which holds " + std::to_string(entries_.size()) +
                                ": iterate again after clear()");
        return entries_[i];
    }
    bool contains(std::size_t layer) const {
        const std::lock_guard lock(guard_);
        return find(layer) != nullptr;
    }
    /// The entries of one layer, oldest first.
    /// @throws PositionError if the recorder is not attached to the layer, HookError if the layer has no entry yet
    std::vector<StoredEntry> of(std::size_t layer) const {
        const auto in_layer = [layer](const StoredEntry& e) { return e.layer == layer; };
        const std::lock_guard lock(guard_);
        auto found = entries_ | ranges::views::filter(in_layer) | ranges::to<std::vector>();
        if (found.empty()) throw_nothing_at(layer);
        return found;
    }
    /// The layer of the site with this name.
    /// @throws PositionError if no site has it, HookError if several do
    std::size_t layer_named(const std::string& name) const {
        const std::lock_guard lock(guard_);
        auto named = layers_ | ranges::views::filter([&](const auto& item) { return item.second.name == name; });
        auto at = named.begin();
        if (at == named.end()) {
            const auto names = layers_ | ranges::views::values | ranges::views::transform(&Attachment::name) |
                               ranges::to<std::vector>();
            throw PositionError("no site " + name + " is recorded here" + near_words(name, names) + ": " +
                                attached_text());
        }
        const std::size_t layer = (*at).first;
        if (++at != named.end()) throw HookError("several layers are named " + name + ": ask for one by its number");
        return layer;
    }

    // For spilling.

    /// The entries that are in memory, oldest first.
    std::vector<StoredEntry> in_memory() const {
        const auto is_in_memory = [](const StoredEntry& e) { return e.tensor.defined(); };
        const std::lock_guard lock(guard_);
        return entries_ | ranges::views::filter(is_in_memory) | ranges::to<std::vector>();
    }
    /// Reserves a file for entries of this recorder. False if it holds some already.
    bool claim(const std::string& file) {
        const std::lock_guard lock(guard_);
        return files_.insert(file).second;
    }
    void unclaim(const std::string& file) {
        const std::lock_guard lock(guard_);
        files_.erase(file);
    }
    /// Drops the tensors of these entries, given by their ids, and loads them from now on. Entries that were cleared in
    /// the meantime stay cleared.
    void move_out(const std::map<std::uint64_t, std::function<at::Tensor()>>& loads) {
        std::vector<at::Tensor> old;  // destroyed after the lock is released
        old.reserve(loads.size());
        const std::lock_guard lock(guard_);
        for (StoredEntry& e : entries_) {
            const auto found = loads.find(e.id);
            if (found == loads.end() || !e.tensor.defined()) continue;
            e.load = found->second;
            held_ -= e.bytes();
            old.push_back(std::exchange(e.tensor, {}));
        }
    }
    /// Adds an entry that an earlier program left in a file.
    void restore(StoredEntry e) {
        const std::lock_guard lock(guard_);
        Attachment& at = layers_.try_emplace(e.layer, Attachment{e.name, 0, 0, {}}).first->second;
        at.passes = std::max(at.passes, e.pass + 1);
        e.id = ++last_id_;
        entries_.push_back(std::move(e));
    }

private:
    struct Attachment {
        std::string name;
        std::uint64_t site;
        std::size_t passes;
        std::vector<std::weak_ptr<HookState>> hooks;

        /// Whether it has recorded, or a hook of it exists.
        bool is_in_use() const {
            return passes > 0 || std::any_of(hooks.begin(), hooks.end(), [](const auto& h) { return !h.expired(); });
        }
    };

    /// The first entry of a layer, or null.
    const StoredEntry* find(std::size_t layer) const {
        const auto at = ranges::find(entries_, layer, &StoredEntry::layer);
        return at == entries_.end() ? nullptr : &*at;
    }
    StoredEntry* find(std::size_t layer) { return const_cast<StoredEntry*>(std::as_const(*this).find(layer)); }

    void check_room(std::size_t layer, const CopyPlan& plan, std::size_t held) const {
        if (!options_.max_bytes && !plan.device.is_cpu()) return;
        static const std::size_t host_limit = most_host_bytes();
        const std::size_t limit = options_.max_bytes.value_or(host_limit), needed = plan.bytes();
        if (held <= limit && needed <= limit - held) return;
        throw MemoryError("recording layer " + std::to_string(layer) + " as " + dtype_text(plan.dtype) + " " +
                          shape_text(plan.where.sizes) + " on " + plan.device.str() + " needs " +
                          std::to_string(needed) + " bytes, " + std::to_string(held) + " are held and the limit is " +
                          std::to_string(limit) + ": clear() or spill() the recorder, record fewer tokens or sites, " +
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
        constexpr std::size_t most_shown = 12;
        if (layers_.empty()) return "this recorder is attached to no site: add it to a hook set";
        std::vector<std::string> shown;
        for (const auto& [layer, at] : layers_) {
            if (shown.size() == most_shown) {
                shown.emplace_back("...");
                break;
            }
            shown.push_back(std::to_string(layer) + " (" + at.name + ")");
        }
        return "ask for one of the layers " + joined(shown, ", ");
    }

    const RecordOptions options_;
    const Keep keep_;
    mutable std::mutex guard_;
    std::map<std::size_t, Attachment> layers_;
    std::optional<Pass> pass_;  ///< of the activations or gradients that it records; empty before it is attached
    std::vector<StoredEntry> entries_;
    std::set<std::string> files_;
    std::size_t held_ = 0;
    std::uint64_t last_id_ = 0;
};

}  // namespace suture::detail
