// How heads treat names in clean runs: where they attend from the last token, and what they would write for a name that
// they attend to. A name mover in the sense of Wang et al. (2022, https://arxiv.org/abs/2211.00593) attends to the
// answer and raises its logit.
#pragma once

#include "sweep.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace name_mover {

/// Means over prompts, for every head.
struct Evidence {
    /// The places of `attention`.
    static constexpr std::array<const char*, 3> places{"answer", "subject", "repeated subject"};
    at::Tensor attention;  ///< [places, layers, heads]: probabilities from the last token
    /// [layers, heads]: how often the name that a head attends to would be the likeliest of all people, or the least
    /// likely, by the output of this head alone.
    at::Tensor raises, lowers;
};

namespace detail {
/// The position of each place in each prompt: [prompts, places].
inline at::Tensor name_places(std::span<const Triple> triples) {
    std::vector<at::Tensor> rows;
    for (const Triple& triple : triples) {
        const Prompt& prompt = triple.clean;
        const std::vector<Index> places{static_cast<Index>(place_of_answer(prompt)),
                                        static_cast<Index>(place_of_subject(prompt)),
                                        static_cast<Index>(prompt.repeated)};
        rows.push_back(at::tensor(places, at::kLong));
    }
    return at::stack(rows);
}

/// The logits of some token ids that each head alone would give if it attended to one token of each prompt only: that
/// token's value [prompts, width] through the head's rows of c_proj, the final norm and the unembedding. [prompts,
/// heads, ids]
inline at::Tensor says_of(Model& model, std::size_t layer, const at::Tensor& value, const at::Tensor& ids) {
    const std::array<Index, 2> by_head{heads, width / heads};
    const at::Tensor weight = model->blocks[layer]->attn->out->weight.unflatten(0, at::IntArrayRef(by_head));
    const at::Tensor each = value.unflatten(-1, at::IntArrayRef(by_head)).unsqueeze(-2);
    return model->unembed(each.matmul(weight).squeeze(-2), ids);
}

inline at::Tensor ids_of_people(const Vocabulary& vocabulary) {
    std::vector<Index> ids;
    for (const std::string_view person : names::people) ids.push_back(vocabulary.id_of(std::string(person)));
    return at::tensor(ids, at::kLong);
}

/// The evidence from prompts of one length, with the prompts on axis 0.
inline Evidence evidence_by_prompt(NamesModel& loaded, std::span<const Triple> triples) {
    suture::HookSet hooks;
    suture::Latest<suture::AnyLayout> patterns;
    suture::Latest<suture::V<width, heads>> values;
    hooks.add(suture::sites(loaded.model, "h.*.attn.pattern"), patterns);
    hooks.add(suture::sites<Qkv>(loaded.model, "h.*.attn.c_attn"), values);
    suture::run_with_hooks(loaded.model, hooks, ids_of(triples, &Triple::clean, loaded.vocabulary));

    const at::Tensor places = name_places(triples), people = ids_of_people(loaded.vocabulary);
    const at::Tensor answers = answers_of(triples, &Triple::clean, loaded.vocabulary).unsqueeze(-1);
    const auto at_the_answer = suture::on<suture::V>(suture::token(places.select(1, 0)));
    std::vector<at::Tensor> attention, raises, lowers;
    for (std::size_t layer = 0; layer < patterns.size(); ++layer) {
        const at::Tensor value = values[layer][at_the_answer].clone();
        const at::Tensor says = says_of(loaded.model, layer, value, people);
        const auto is_answer = [&](const at::Tensor& person) {
            return people.take(person).eq(answers).to(at::kDouble);
        };
        const at::Tensor to_places =
            suture::attention_to_keys(patterns[layer], places);  // [prompts, heads, queries, places]
        attention.push_back(to_places.select(2, -1).transpose(1, 2));
        raises.push_back(is_answer(says.argmax(-1)));
        lowers.push_back(is_answer(says.argmin(-1)));
    }
    return {at::stack(attention, 2), at::stack(raises, 1), at::stack(lowers, 1)};
}
}  // namespace detail

/// The evidence from clean runs. Copying is tested with the answer, where it first occurs.
inline Evidence evidence_of(NamesModel& loaded, const std::vector<Triple>& triples) {
    std::vector<at::Tensor> attention, raises, lowers;
    for (const auto& run : by_length(triples)) {
        const Evidence one = detail::evidence_by_prompt(loaded, run);
        attention.push_back(one.attention), raises.push_back(one.raises), lowers.push_back(one.lowers);
    }
    const auto mean = [](const std::vector<at::Tensor>& parts) { return at::cat(parts).mean(0); };
    return {mean(attention), mean(raises), mean(lowers)};
}

enum class Looks { at_both_names, at_the_answer, at_the_subject, at_the_subject_again, elsewhere };
enum class Does { raise, lower, neither };

/// What the evidence says about a head: where it attends, and what it does to a name that it attends to.
struct Role {
    Looks looks = Looks::elsewhere;
    Does does = Does::neither;
    auto operator<=>(const Role&) const = default;
};

namespace detail {
/// A place needs more than half of the attention; both names together, if one has less than 1.5 times the other's.
inline Looks looks_of(double answer, double subject, double again) {
    if (again > 0.5) return Looks::at_the_subject_again;
    if (answer + subject > 0.5 && std::max(answer, subject) < 1.5 * std::min(answer, subject))
        return Looks::at_both_names;
    if (answer > 0.5) return Looks::at_the_answer;
    return subject > 0.5 ? Looks::at_the_subject : Looks::elsewhere;
}
}  // namespace detail

/// The role of a head, by the majority of its attention and of the prompts.
inline Role role_of(const Evidence& evidence, const Head& head) {
    const auto number = [&](const at::Tensor& t) { return t[head.layer][head.head].item<double>(); };
    const at::Tensor& to = evidence.attention;
    return {detail::looks_of(number(to[0]), number(to[1]), number(to[2])), number(evidence.raises) > 0.5 ? Does::raise
                                                                           : number(evidence.lowers) > 0.5
                                                                               ? Does::lower
                                                                               : Does::neither};
}

}  // namespace name_mover
