// Pairs of prompts of the indirect-object task (Wang et al. 2022, https://arxiv.org/abs/2211.00593), as
// export_smollm2.py writes them: as token ids, so that no tokenizer is needed.
#pragma once

#include "shared/ids.hpp"

#include <suture/core/component.hpp>
#include <suture/file/safetensors.hpp>
#include <suture/tensor/describe.hpp>
#include <suture/tensor/error.hpp>
#include <suture/tensor/torch.hpp>

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace indirect_object {
using suture::Index;

/// Prompts of one length. The two of a pair differ in who gives, and so in the answer:
///
///     When Mary and John went to the store, John gave a drink to     ->  Mary, clean
///     When Mary and John went to the store, Mary gave a drink to     ->  John, corrupted
struct Task {
    std::string model;            ///< its name
    Index heads = 0;              ///< in each of its layers
    at::Tensor clean, corrupted;  ///< token ids [pairs, tokens]
    at::Tensor answers, others;   ///< the answers to the clean and to the corrupted prompts, token ids [pairs]
    std::map<std::string, std::string> texts;  ///< of tokens, by their ids

    Index pairs() const { return clean.size(0); }
    Index tokens() const { return clean.size(1); }

    /// A token in readable form: " Mary", or "id 7" if its text is not known.
    std::string word(const at::Tensor& id) const {
        const std::string number = std::to_string(id.item<Index>());
        const auto found = texts.find(number);
        return found == texts.end() ? "id " + number : found->second;
    }
    /// A prompt of token ids [tokens].
    std::string text(const at::Tensor& ids) const {
        std::string all;
        for (Index i = 0; i < ids.size(0); ++i) all += word(ids[i]);
        return all;
    }
};

namespace detail {
/// @throws suture::FileError unless these are token ids of this shape
inline void check_ids(const std::string& file, const std::string& name, const at::Tensor& ids,
                      const std::vector<Index>& sizes) {
    if (ids.scalar_type() != at::kLong || ids.sizes() != at::IntArrayRef(sizes))
        throw suture::FileError(file + ": '" + name + "' is " + suture::tensor_text(ids) + ", expected int64 " +
                                suture::shape_text(sizes) + ": write it with export_smollm2.py");
}
}  // namespace detail

/// @throws suture::FileError unless the file has prompts, answers and the number of heads
inline Task read_task(const std::filesystem::path& path) {
    const auto file = suture::Safetensors::open(path);
    auto facts = file.metadata();
    Task task{facts["model"],      0, file.load("clean"), file.load("corrupted"), file.load("answers"),
              file.load("others"), {}};
    if (task.clean.dim() != 2 || task.clean.numel() == 0)
        throw suture::FileError(path.string() + ": 'clean' is " + suture::tensor_text(task.clean) +
                                ", expected token ids [pairs, tokens]: write it with export_smollm2.py");
    const std::vector<Index> prompts{task.pairs(), task.tokens()}, ids{task.pairs()};
    detail::check_ids(path.string(), "clean", task.clean, prompts);
    detail::check_ids(path.string(), "corrupted", task.corrupted, prompts);
    detail::check_ids(path.string(), "answers", task.answers, ids);
    detail::check_ids(path.string(), "others", task.others, ids);
    if (facts["heads"].empty())
        throw suture::FileError(path.string() +
                                " does not say how many heads a layer has: write it with "
                                "export_smollm2.py");
    task.heads = examples::number_within("heads", facts["heads"], 1, 1024);
    task.texts = std::move(facts);
    return task;
}

/// The token of the first clean prompt at a position: " John", or " John/Mary" where the corrupted one has another.
inline std::string word_at(const Task& task, Index position) {
    const at::Tensor clean = task.clean[0][position], corrupted = task.corrupted[0][position];
    if (clean.equal(corrupted)) return task.word(clean);
    const std::string other = task.word(corrupted);
    return task.word(clean) + "/" + other.substr(other.starts_with(' ') ? 1 : 0);
}

/// A name for each position: `word_at`, and " Mary …" where other pairs have other tokens.
inline std::vector<std::string> position_names(const Task& task) {
    std::vector<std::string> names;
    for (Index position = 0; position < task.tokens(); ++position) {
        const auto is_alike = [&](const at::Tensor& prompts) {
            const at::Tensor ids = prompts.select(1, position);
            return ids.eq(ids[0]).all().item<bool>();
        };
        names.push_back(word_at(task, position) + (is_alike(task.clean) && is_alike(task.corrupted) ? "" : " …"));
    }
    return names;
}

}  // namespace indirect_object
