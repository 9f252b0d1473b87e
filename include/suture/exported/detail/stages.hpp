// The stages of an exported language model: embedding, blocks, unembedding. Sweeps run them one by one, and blocks at chosen
// positions alone where attention is recognised.
// Law: the stages one after another give what the model gives; a block at some positions gives them what it gives in a pass
// over the whole prompt. The second is compared on a real prompt before it is relied on.
#pragma once

#include "suture/exported/detail/attentions.hpp"
#include "suture/exported/detail/blocks.hpp"
#include "suture/exported/detail/model.hpp"
#include "suture/exported/detail/position_wise.hpp"
#include "suture/exported/detail/run.hpp"
#include "suture/model/causal_positions.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/torch.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/randint.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace suture::detail {

/// How a model runs in stages; made from a model that has blocks.
class ExportedStages {
public:
    /// @return none, with the reason, if the model has no blocks
    static std::unique_ptr<ExportedStages> of(ExportedModel& model, std::string& why) {
        ExportedBlocks blocks;
        const auto accepts = [&](const ExportedBlocks& found) { return ends_position_wise(model, found); };
        if (!BlockFinder(model.graph(), model.uses(), model.aliases()).find(blocks, why, accepts)) return nullptr;
        return std::unique_ptr<ExportedStages>(new ExportedStages(model, std::move(blocks)));
    }
    ExportedStages(const ExportedStages&) = delete;
    ExportedStages& operator=(const ExportedStages&) = delete;

    Index layers() const { return static_cast<Index>(blocks_.streams.size()) - 1; }

    /// [batch, positions] -> [batch, positions, width]
    at::Tensor embed(const at::Tensor& ids) { return run_whole(0, ids); }
    /// [batch, positions, width] -> the same
    at::Tensor block(Index layer, const at::Tensor& x) {
        check_layer(layer);
        return run_whole(stage_of(layer), x);
    }
    /// [..., width] -> [..., vocabulary]
    at::Tensor unembed(const at::Tensor& x) {
        const at::Tensor rows = x.reshape({1, -1, x.size(-1)});
        return laid_out_as(x, run_whole(stages() - 1, rows));
    }
    /// The logits of these ids alone, where the model ends in a product with its unembedding.
    at::Tensor unembed(const at::Tensor& x, const at::Tensor& ids) {
        const auto last = last_product();
        if (!last) return unembed(x).index_select(-1, ids);
        const at::Tensor rows = x.reshape({1, -1, x.size(-1)});
        const at::Tensor normed = run_whole(stages() - 1, rows, Part::without_product);
        const at::Tensor bias = last->bias.defined() ? last->bias.index_select(0, ids) : at::Tensor();
        return laid_out_as(x, at::linear(normed, last->weight.index_select(0, ids), bias));
    }
    /// [positions, width] -> [kept positions, width]. @pre computes_positions() is true
    at::Tensor block(Index layer, const at::Tensor& x, CausalPositions& positions) {
        check_layer(layer);
        const auto plan = plan_of(stage_of(layer), Part::by_position);
        ExportedPass pass(*plan, &positions);
        give_fixed_at(pass, positions.indices());
        pass.give(blocks_.streams[static_cast<std::size_t>(layer)], x.unsqueeze(0));
        return positions.kept(pass.run().front().toTensor().squeeze(0));
    }

    /// Whether every block can be run at chosen positions. Its attention must have a form that is known, and all else in it
    /// treat every position by itself; and in a trial on noise of the size of this prompt's stream, [1, positions], each
    /// block must give later positions, alone, what it gives them in a pass over all. Prompts of one length are tried once.
    bool computes_positions(const at::Tensor& ids) {
        return tried_once(compute_positions_, ids.size(1), [&] { return try_positions(ids); });
    }
    /// Whether the stages give the logits of a whole pass for a prompt, [1, positions]. Tried once for each length.
    /// @param model runs the model
    template <class Model>
    bool agree_with(const Model& model, const at::Tensor& ids) {
        return tried_once(agree_, ids.size(1), [&] { return try_whole(ids, model(ids)); });
    }

private:
    /// The logits of rows, with the axes that x has before its channels.
    static at::Tensor laid_out_as(const at::Tensor& x, const at::Tensor& logits) {
        std::vector<std::int64_t> sizes = x.sizes().vec();
        sizes.back() = logits.size(-1);
        return logits.reshape(sizes);
    }
    /// All positions of one run; keeps their keys and values.
    class Recording final : public CausalPositions {
    public:
        explicit Recording(Index length) : length_(length) {}
        at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                          const CausalScores& how) override {
            check_attention_inputs(q, k, v, length_);
            keys = k.unsqueeze(0), values = v.unsqueeze(0);
            return causal_attention(q.unsqueeze(0), keys, values, at::zeros({1}, at::kLong), how).squeeze(0);
        }
        at::Tensor kept(const at::Tensor& all) const override { return all; }
        at::Tensor indices() const override { return at::arange(length_, at::kLong); }
        at::Tensor keys, values;

    private:
        Index length_;
    };
    /// The positions from one on, of a run whose keys and values are recorded.
    class LaterPositions final : public CausalPositions {
    public:
        LaterPositions(const Recording& run, Index first) : run_(run), first_(first) {}
        at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                          const CausalScores& how) override {
            const auto completed = [&](const at::Tensor& recorded, const at::Tensor& own) {
                return at::cat({recorded.narrow(1, 0, first_), own.unsqueeze(0)}, 1);
            };
            return causal_attention(q.unsqueeze(0), completed(run_.keys, k), completed(run_.values, v),
                                    at::zeros({1}, at::kLong).fill_(first_), how)
                .squeeze(0);
        }
        at::Tensor kept(const at::Tensor& all) const override { return all; }
        at::Tensor indices() const override { return at::arange(first_, run_.indices().size(0), at::kLong); }

    private:
        const Recording& run_;
        Index first_;
    };
    /// Whether the difference is rounding: of the values themselves, and of a computation of this size.
    static bool is_close(const at::Tensor& a, const at::Tensor& b, const at::Tensor& size) {
        if (a.sizes() != b.sizes()) return false;
        const double rounding = a.element_size() < 4 ? 1e-2 : 1e-5;
        const at::Tensor bound =
            b.to(at::kDouble).abs().mul(rounding).add(size.to(at::kDouble).abs().max().mul(3 * rounding));
        return a.to(at::kDouble).sub(b).abs().le(bound).all().item<bool>();
    }

    void check_layer(Index layer) const {
        if (layer < 0 || layer >= layers())
            throw ModelError("there is no block " + std::to_string(layer) + ": the model has " +
                             std::to_string(layers()) + " blocks, numbered from 0");
    }

    template <class Try>
    bool tried_once(std::map<Index, bool>& known, Index length, const Try& attempt) {
        {
            const std::lock_guard lock(guard_);
            if (const auto found = known.find(length); found != known.end()) return found->second;
        }
        const bool outcome = attempt();
        const std::lock_guard lock(guard_);
        return known[length] = outcome;
    }
    bool try_positions(const at::Tensor& ids) {
        if (attentions_.empty() || !fixed_have_positions_ || !blocks_are_position_wise()) return false;
        const at::NoGradGuard no_grad;
        if (!fixed_values_stay(ids.size(1))) return false;
        at::Tensor x = embed(ids);
        const at::Generator seed = at::detail::createCPUGenerator(0);
        for (Index layer = 0; layer < layers(); ++layer) {
            // The stream of equal tokens would hide which positions see which.
            const at::Tensor noise = at::empty(x.sizes(), at::kFloat).normal_(0, 1, seed).to(x.options());
            if (!agrees_at_positions(layer, x.add(noise.mul(x.std().add(1e-3))))) return false;
            x = block(layer, x);
        }
        return true;
    }
    bool try_whole(const at::Tensor& ids, const at::Tensor& logits) {
        const at::NoGradGuard no_grad;
        // Another beside it, of its ids: prompts must not see one another.
        const at::Generator seed = at::detail::createCPUGenerator(0);
        const Index least = ids.min().item<Index>(), end = ids.max().item<Index>() + 1;
        const at::Tensor other = at::randint(least, end, ids.sizes(), seed, at::TensorOptions(at::kLong));
        at::Tensor x = embed(at::cat({ids, other.to(ids.options())}));
        for (Index layer = 0; layer < layers(); ++layer) x = block(layer, x);
        x = x.narrow(0, 0, 1);
        // The rows in another order: what follows the blocks must not mind.
        const at::Tensor order = at::arange(ids.size(1) - 1, -1, -1, at::TensorOptions(at::kLong).device(x.device()));
        return is_close(unembed(x), logits, logits) &&
               is_close(unembed(x[0].index_select(0, order)), logits[0].index_select(0, order), logits);
    }

    /// Whether a block gives positions alone what it gives them among all. @param x [1, positions, width]
    bool agrees_at_positions(Index layer, const at::Tensor& x) {
        const Index length = x.size(1);
        const at::Tensor whole = block(layer, x)[0], change = whole.sub(x[0]);
        try {
            Recording all(length);
            if (!is_close(block(layer, x[0], all), whole, change)) return false;
            const Index first = length / 2;
            LaterPositions later(all, first);
            const at::Tensor part = block(layer, x[0].narrow(0, first, length - first), later);
            if (!is_close(part, whole.narrow(0, first, length - first), change)) return false;
        } catch (const Error&) {  // an attention of another form
            return false;
        }
        return true;
    }

    /// The nodes of a part that follow the ids, but for those that end attentions.
    template <class F>
    static bool all_nodes(ExportedModel& model, const PlanPart& part, const F& f) {
        const std::vector<bool> is_needed = model.maker().needed_nodes(part);
        for (std::size_t n = 0; n < is_needed.size(); ++n)
            if (is_needed[n] && !(part.attentions && part.attentions->contains(n)) && !f(model.graph().nodes[n]))
                return false;
        return true;
    }
    bool blocks_are_position_wise() const {
        const PositionWise is_position_wise(model_.graph(), blocks_);
        for (Index layer = 0; layer < layers(); ++layer)
            if (!all_nodes(model_, part_of(stage_of(layer), true), is_position_wise)) return false;
        return true;
    }
    /// What follows the blocks is run for any positions of any prompts: it must know of none.
    static bool ends_position_wise(ExportedModel& model, const ExportedBlocks& blocks) {
        PlanPart part{{blocks.streams.back()}, {blocks.logits}, nullptr};
        for (std::size_t value = 0; value < model.graph().values.size(); ++value)
            if (!blocks.follows_ids[value] && !model.weights().contains(value)) part.known.push_back(value);
        const PositionWise is_position_wise(model.graph(), blocks);
        return all_nodes(model, part, [&](const ExportedNode& node) {
            for (const ExportedArgument& argument : node.arguments)
                for (const ExportedItem& item : argument.items) {
                    if (item.value == no_value || blocks.follows_ids[item.value] ||
                        !model.graph().values[item.value].meta)
                        continue;
                    for (const SymbolicSize& size : model.graph().values[item.value].meta->sizes)
                        if (!std::holds_alternative<std::int64_t>(size)) return false;
                }
            return is_position_wise(node);
        });
    }

    /// Whether the fixed tensors that blocks read by position are, at each position, the same for longer prompts.
    bool fixed_values_stay(Index length) {
        constexpr Index longer = 3;
        const Values now = computed(fixed_in_[Fixed::tensors], {1, length});
        const Values then = computed(fixed_in_[Fixed::tensors], {1, length + longer});
        for (std::size_t i = 0; i < now.size(); ++i) {
            const auto axis = position_axis(now[i].first);
            const at::Tensor a = now[i].second.toTensor();
            at::Tensor b = then[i].second.toTensor();
            if (axis && *axis) b = b.narrow(static_cast<std::int64_t>(**axis), 0, length);
            if (a.sizes() != b.sizes() || !a.equal(b)) return false;
        }
        return true;
    }

    using BatchAndLength = std::array<std::int64_t, 2>;  ///< of the ids
    /// What of a stage is run: all of it; its attention left to others; all but the product that gives the logits.
    enum class Part : unsigned char { whole, by_position, without_product };
    /// Values that follow from the sizes of the ids alone.
    enum class Fixed : unsigned char { of_embedding, of_stages, numbers, tensors };

    ExportedStages(ExportedModel& model, ExportedBlocks blocks)
        : model_(model),
          blocks_(std::move(blocks)),
          attentions_(AttentionFinder(model.graph(), blocks_, model.weights()).find()) {
        for (std::size_t value = 0; value < model.graph().values.size(); ++value)
            if (!blocks_.follows_ids[value] && !model.weights().contains(value)) is_fixed_.insert(value);
        fixed_have_positions_ = find_fixed();
    }

    std::size_t stages() const { return blocks_.streams.size() + 1; }
    /// The stage of a block: the embedding is stage 0.
    static std::size_t stage_of(Index layer) { return static_cast<std::size_t>(layer) + 1; }
    ValueIndex input_of(std::size_t stage) const { return stage == 0 ? blocks_.ids : blocks_.streams[stage - 1]; }
    ValueIndex output_of(std::size_t stage) const {
        return stage < blocks_.streams.size() ? blocks_.streams[stage] : blocks_.logits;
    }

    // Values that follow from the sizes alone --------------------------------------------------------------------

    /// The part of the graph that a stage runs.
    PlanPart part_of(std::size_t stage, bool by_position) const {
        PlanPart part{{is_fixed_.begin(), is_fixed_.end()}, {output_of(stage)}, by_position ? &attentions_ : nullptr};
        part.known.push_back(input_of(stage));
        return part;
    }
    /// The fixed values that the nodes of some stages read.
    std::vector<ValueIndex> fixed_in(std::size_t first, std::size_t end, bool by_position) const {
        std::set<ValueIndex> read;
        for (std::size_t stage = first; stage < end; ++stage) {
            const std::vector<bool> is_needed = model_.maker().needed_nodes(part_of(stage, by_position));
            for (std::size_t n = 0; n < is_needed.size(); ++n) {
                if (!is_needed[n] || (by_position && attentions_.contains(n))) continue;
                for (const ExportedArgument& argument : model_.graph().nodes[n].arguments)
                    for (const ExportedItem& item : argument.items)
                        if (item.value != no_value && is_fixed_.contains(item.value)) read.insert(item.value);
            }
        }
        return {read.begin(), read.end()};
    }

    /// The axis of the positions in a fixed tensor; none if it has none; nothing if it cannot be told.
    std::optional<std::optional<std::size_t>> position_axis(ValueIndex value) const {
        std::optional<std::size_t> axis;
        const auto& meta = model_.graph().values[value].meta;
        if (!meta) return axis;
        for (std::size_t i = 0; i < meta->sizes.size(); ++i) {
            const auto* text = std::get_if<std::string>(&meta->sizes[i]);
            if (!text) continue;
            const std::string symbol = symbol_in(*text);
            if (symbol == blocks_.batch) continue;
            if (symbol != blocks_.positions || axis) return std::nullopt;
            axis = i;
        }
        return axis;
    }
    /// Finds the fixed values that the stages read. @return whether each that blocks read by position has its positions on
    /// one axis
    bool find_fixed() {
        fixed_in_[Fixed::of_embedding] = fixed_in(0, 1, false);
        fixed_in_[Fixed::of_stages] = fixed_in(1, stages(), false);
        for (const ValueIndex value : fixed_in(1, stages() - 1, true)) {
            if (!position_axis(value)) return false;
            fixed_in_[model_.graph().values[value].meta ? Fixed::tensors : Fixed::numbers].push_back(value);
        }
        return true;
    }

    using Values = std::vector<std::pair<ValueIndex, c10::IValue>>;
    /// The values for ids of these sizes.
    Values computed(const std::vector<ValueIndex>& wanted, BatchAndLength sizes) const {
        const ExportedPlan plan = model_.maker().plan({}, PlanPart{{blocks_.ids}, wanted, nullptr});
        ExportedPass pass(plan);
        const TensorMeta& ids = *model_.graph().values[blocks_.ids].meta;
        pass.give(blocks_.ids, at::zeros({sizes[0], sizes[1]}, at::TensorOptions(ids.dtype).device(ids.device)));
        std::vector<c10::IValue> results = pass.run();
        Values values;
        for (std::size_t i = 0; i < wanted.size(); ++i) values.emplace_back(wanted[i], std::move(results[i]));
        return values;
    }
    std::shared_ptr<const Values> fixed_values(Fixed which, BatchAndLength sizes) {
        if (at::GradMode::is_enabled())  // graphs are not kept: each has its own
            return std::make_shared<const Values>(computed(fixed_in_.at(which), sizes));
        constexpr std::size_t most_kept = 32'000'000;  // bytes
        const std::lock_guard lock(guard_);
        auto& known = fixed_[{which, sizes}];
        if (known) return known;
        const auto values = std::make_shared<const Values>(computed(fixed_in_[which], sizes));
        std::size_t bytes = 0;
        for (const auto& [value, what] : *values)
            if (what.isTensor()) bytes += what.toTensor().nbytes();
        if ((fixed_bytes_ += bytes) > most_kept) fixed_.clear(), fixed_bytes_ = bytes;
        return fixed_[{which, sizes}] = values;
    }

    void give_fixed(ExportedPass& pass, std::size_t stage, BatchAndLength sizes) {
        const auto values = fixed_values(stage == 0 ? Fixed::of_embedding : Fixed::of_stages, sizes);
        for (const auto& [value, what] : *values) pass.give(value, what);
    }
    /// Numbers are those of one run of all positions, and tensors have the rows of the indices.
    void give_fixed_at(ExportedPass& pass, const at::Tensor& indices) {
        const auto numbers = fixed_values(Fixed::numbers, {1, indices.size(0)});
        for (const auto& [value, number] : *numbers) pass.give(value, number);
        if (fixed_in_[Fixed::tensors].empty()) return;
        const std::int64_t longest = indices.numel() == 0 ? 1 : indices.max().item<std::int64_t>() + 1;
        const auto tensors = fixed_values(Fixed::tensors, {1, longest});
        for (const auto& [value, what] : *tensors) {
            const auto axis = position_axis(value);
            if (axis && *axis)
                pass.give(value, what.toTensor().index_select(static_cast<std::int64_t>(**axis), indices));
            else
                pass.give(value, what);
        }
    }

    // Running -----------------------------------------------------------------------------------------------------

    std::shared_ptr<const ExportedPlan> plan_of(std::size_t stage, Part which) {
        const std::size_t version = model_.sites_version();
        const std::lock_guard lock(guard_);
        if (version != plans_version_) plans_.clear(), plans_version_ = version;
        auto& plan = plans_[{stage, which}];
        if (plan) return plan;
        PlanPart part = part_of(stage, which == Part::by_position);
        if (which == Part::without_product) part.wanted = {last_product()->input};
        return plan = std::make_shared<const ExportedPlan>(model_.maker().plan(model_.ports(), part));
    }
    at::Tensor run_whole(std::size_t stage, const at::Tensor& x, Part which = Part::whole) {
        const auto plan = plan_of(stage, which);
        ExportedPass pass(*plan);
        give_fixed(pass, stage, {x.size(0), x.size(1)});
        pass.give(input_of(stage), x);
        return pass.run().front().toTensor();
    }

    struct LastProduct {
        ValueIndex input;
        at::Tensor weight, bias;
    };
    /// The linear map that gives the logits, if nothing follows it and no site lies behind it.
    std::optional<LastProduct> last_product() const {
        const ExportedGraph& graph = model_.graph();
        const std::size_t made = graph.values[blocks_.logits].defined_by;
        if (made == no_node || operator_name(graph.nodes[made].target) != "linear") return std::nullopt;
        LastProduct last{no_value, {}, {}};
        for (const ExportedArgument& argument : graph.nodes[made].arguments) {
            if (argument.is_list || argument.items.front().value == no_value) continue;
            const ValueIndex value = argument.items.front().value;
            const auto weight = model_.weights().find(value);
            if (argument.name == "input") last.input = value;
            if (argument.name == "weight" && weight != model_.weights().end()) last.weight = weight->second;
            if (argument.name == "bias" && weight != model_.weights().end()) last.bias = weight->second;
        }
        if (last.input == no_value || !last.weight.defined()) return std::nullopt;
        return last;
    }

    ExportedModel& model_;
    ExportedBlocks blocks_;
    std::map<std::size_t, ExportedAttention> attentions_;
    std::set<ValueIndex> is_fixed_;  ///< values that follow from the sizes of the ids alone
    bool fixed_have_positions_ = false;
    std::map<Fixed, std::vector<ValueIndex>> fixed_in_;
    std::map<Index, bool> compute_positions_, agree_;  ///< outcomes of trials, by the length of the prompt
    std::mutex guard_;
    std::size_t plans_version_ = 0, fixed_bytes_ = 0;
    std::map<std::pair<std::size_t, Part>, std::shared_ptr<const ExportedPlan>> plans_;
    std::map<std::pair<Fixed, BatchAndLength>, std::shared_ptr<const Values>> fixed_;
};

}  // namespace suture::detail
