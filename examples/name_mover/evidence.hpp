// What a head does with a name, seen in clean runs: where it looks from the last token, and what it would write of a
// name that it looks at. A name mover in the sense of Wang et al. (2022, https://arxiv.org/abs/2211.00593) looks at the
// answer and raises it.
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

/// Of every head, means over prompts.
struct Evidence {
    /// The places that `attention` tells of.
    static constexpr std::array<const char*, 3> places{"answer", "subject", "subject again"};
    at::Tensor attention;  ///< [places, layers, heads]: from the last token, of 1 in all
    /// [layers, heads]: how often the name that a head looks at would be the likeliest of all people, or the least
    /// likely, if the head alone spoke.
    at::Tensor raises, lowers;
};

namespace detail {
/// The token of each place, prompt by prompt: [prompts, places].
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

/// How much each head's last query looks at the places. Of a pattern [prompts, heads, queries, keys]:
/// [prompts, heads, places].
inline at::Tensor looks_at(const at::Tensor& pattern, const at::Tensor& places) {
    return pattern.select(2, -1).take_along_dim(places.unsqueeze(1), 2);
}

/// What each head would say if it looked at one token of each prompt alone: the token's value [prompts, width], through
/// the head's rows of c_proj, the final norm and the unembedding, as logits of some token ids: [prompts, heads, ids].
inline at::Tensor says_of(Model& model, std::size_t layer, const at::Tensor& value, const at::Tensor& ids) {
    const std::array<Index, 2> by_head{heads, width / heads};
    const at::Tensor weight = model->h[layer]->attn->c_proj->weight.unflatten(0, at::IntArrayRef(by_head));
    const at::Tensor each = value.unflatten(-1, at::IntArrayRef(by_head)).unsqueeze(-2);
    return model->unembed(each.matmul(weight).squeeze(-2), ids);
}

inline at::Tensor ids_of_people(const Vocabulary& vocabulary) {
    std::vector<Index> ids;
    for (const std::string_view person : names_task::people) ids.push_back(vocabulary.id_of(std::string(person)));
    return at::tensor(ids, at::kLong);
}

/// The evidence of one run of prompts, prompt by prompt, the prompts on axis 0.
inline Evidence evidence_by_prompt(NamesModel& names, std::span<const Triple> triples) {
    suture::HookSet hooks;
    suture::Latest<suture::AnyLayout> patterns;
    suture::Latest<suture::V<width, heads>> values;
    const auto first = hooks.add(suture::sites(names.model, "h.*.attn.pattern"), patterns);
    const auto second = hooks.add(suture::sites<Qkv>(names.model, "h.*.attn.c_attn"), values);
    suture::run_with_hooks(names.model, hooks, ids_of(triples, &Triple::clean, names.vocabulary));

    const at::Tensor places = name_places(triples), people = ids_of_people(names.vocabulary);
    const at::Tensor answers = answers_of(triples, &Triple::clean, names.vocabulary).unsqueeze(-1);
    const at::Tensor answer_places = places.select(1, 0).view({-1, 1, 1});
    std::vector<at::Tensor> attention, raises, lowers;
    for (std::size_t layer = 0; layer < patterns.size(); ++layer) {
        const at::Tensor value = values[layer].unsafe_tensor().take_along_dim(answer_places, 1).squeeze(1);
        const at::Tensor says = says_of(names.model, layer, value, people);
        const auto is_answer = [&](const at::Tensor& person) {
            return people.take(person).eq(answers).to(at::kDouble);
        };
        attention.push_back(looks_at(patterns[layer], places).transpose(1, 2));
        raises.push_back(is_answer(says.argmax(-1)));
        lowers.push_back(is_answer(says.argmin(-1)));
    }
    return {at::stack(attention, 2).to(at::kDouble), at::stack(raises, 1), at::stack(lowers, 1)};
}
}  // namespace detail

/// Looks at clean runs. The name that copying is tested with is the answer's, where it stands first.
inline Evidence evidence_of(NamesModel& names, const std::vector<Triple>& triples) {
    std::vector<at::Tensor> attention, raises, lowers;
    for (const auto& run : by_length(triples)) {
        const Evidence one = detail::evidence_by_prompt(names, run);
        attention.push_back(one.attention), raises.push_back(one.raises), lowers.push_back(one.lowers);
    }
    const auto mean = [](const std::vector<at::Tensor>& parts) { return at::cat(parts).mean(0); };
    return {mean(attention), mean(raises), mean(lowers)};
}

enum class Looks { at_both_names, at_the_answer, at_the_subject, at_the_subject_again, elsewhere };
enum class Does { raise, lower, neither };

/// What the evidence says of a head: where it looks, and what it does to a name that it looks at.
struct Role {
    Looks looks = Looks::elsewhere;
    Does does = Does::neither;
    auto operator<=>(const Role&) const = default;
};

namespace detail {
/// More than half of the attention must go there; to both names alike, if one has less than 1.5 times the other's.
inline Looks looks_of(double answer, double subject, double again) {
    if (again > 0.5) return Looks::at_the_subject_again;
    if (answer + subject > 0.5 && std::max(answer, subject) < 1.5 * std::min(answer, subject))
        return Looks::at_both_names;
    if (answer > 0.5) return Looks::at_the_answer;
    return subject > 0.5 ? Looks::at_the_subject : Looks::elsewhere;
}
}  // namespace detail

/// What most of the attention and most of the prompts show.
inline Role role_of(const Evidence& evidence, const Head& head) {
    const auto number = [&](const at::Tensor& t) { return t[head.layer][head.head].item<double>(); };
    const at::Tensor& to = evidence.attention;
    return {detail::looks_of(number(to[0]), number(to[1]), number(to[2])), number(evidence.raises) > 0.5 ? Does::raise
                                                                           : number(evidence.lowers) > 0.5
                                                                               ? Does::lower
                                                                               : Does::neither};
}

}  // namespace name_mover
