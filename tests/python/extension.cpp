// The extension module that tests/python/extension.py builds and calls.
#include "suture/python/extension.hpp"

#include <ATen/ops/linspace.h>

#include <stdexcept>

using namespace suture;

PYBIND11_MODULE(TORCH_EXTENSION_NAME, module) {
    using Qkv = Gpt2Qkv<48, 4>;
    PythonEdits edits(module);
    edits.add<Qkv>("no_query", on<Q>(token(4), dims<0, 10>).zero());
    edits.add<Qkv>("several", on<Q>(token(-1)).set(0.5) | on<V>(head<3>).multiply(0.25));
    edits.add<Qkv>("head_off", [](int h) { return on<Q>(head(h)).zero(); });
    edits.add<Qkv>("steer", [](int h, const at::Tensor& v, double by) { return on<V>(head(h)).steer(v, by); });
    edits.add<Qkv>("inject", [](const at::Tensor& q) { return on<Q>(token(1)).set(q); });
    edits.add<Qkv>("throws", on<Q>().apply([](at::Tensor) -> at::Tensor { throw std::runtime_error("a mishap"); }));
    edits.add<LlamaQ<4, 8>>("llama_q", on<Q>(token(1), head<2>).zero());
    edits.add<LlamaK<2, 8>>("llama_k", on<K>(token(2)).add(1.0));
}
