// Fingerprints: numbers that tell two texts, or the weights of two models, apart.
// Law: the same bits in the same order have the same fingerprint on every machine with the same byte order.
#pragma once

#include "suture/tensor/torch.hpp"

#include <torch/nn/module.h>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <string_view>

namespace suture {

namespace detail {
/// FNV-1a, 64 bits.
class Fingerprint {
public:
    std::uint64_t value() const { return key_; }
    /// A text and its end: "a", "b" and "ab" differ.
    void add(std::string_view text) {
        for (const char c : text) mix(static_cast<unsigned char>(c));
        mix(';');
    }
    /// The bits of a tensor, eight bytes at a time.
    void add(const at::Tensor& t) {
        const at::Tensor plain = t.detach().cpu().contiguous();
        const auto* bytes = static_cast<const unsigned char*>(plain.data_ptr());
        for (std::size_t at = 0; at < plain.nbytes(); at += sizeof(std::uint64_t)) {
            std::uint64_t word = 0;
            std::memcpy(&word, bytes + at, std::min(sizeof word, plain.nbytes() - at));
            mix(word);
        }
    }

private:
    void mix(std::uint64_t word) { key_ = (key_ ^ word) * 1099511628211u; }
    std::uint64_t key_ = 14695981039346656037u;
};

/// A model that is not made of LibTorch's modules and names its weights.
template <class Model>
concept names_tensors = requires(const Model& model) {
    { model.tensors() } -> std::convertible_to<const std::map<std::string, at::Tensor>&>;
};

template <class Model>
concept holds_module = requires(const Model& model) {
    { *model } -> std::convertible_to<const torch::nn::Module&>;
};
}  // namespace detail

/// A number computed from the bits of a module's parameters and buffers: other weights, or the same in another order, give
/// another one. Takes a module, or a holder of or pointer to one.
template <class Model>
    requires(std::derived_from<Model, torch::nn::Module> || detail::holds_module<Model>)
std::uint64_t weights_fingerprint(const Model& model) {
    if constexpr (std::derived_from<Model, torch::nn::Module>) {
        detail::Fingerprint key;
        for (const at::Tensor& parameter : model.parameters()) key.add(parameter);
        for (const at::Tensor& buffer : model.buffers()) key.add(buffer);
        return key.value();
    } else {
        return weights_fingerprint(*model);
    }
}

/// The same of an exported model.
template <detail::names_tensors Model>
std::uint64_t weights_fingerprint(const Model& model) {
    detail::Fingerprint key;
    for (const auto& [name, tensor] : model.tensors()) key.add(tensor);
    return key.value();
}

}  // namespace suture
