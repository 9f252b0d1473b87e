// Recipes as a Python module: edit_models.py builds it and registers its edits as forward hooks.
#include <suture/python/extension.hpp>

using namespace suture;

PYBIND11_MODULE(TORCH_EXTENSION_NAME, module) {
    PythonEdits edits(module);
    // GPT-2 small's c_attn emits [Q | K | V]; a layout whose widths do not sum to 2304, or a head that it lacks, does not compile.
    edits.add<Gpt2Qkv<768, 12>>("no_query", on<Q>(token(4), dims<0, 10>).zero());
    edits.add<Gpt2Qkv<768, 12>>("head_off", [](int h) { return on<V>(head(h)).zero(); });
    // LLaMA's projections emit one component each.
    edits.add<LlamaQ<12, 64>>("llama_query", on<Q>(token(4), head<3>).multiply(0.5));
    edits.add<LlamaK<4, 64>>("llama_key", on<K>(head<1>).zero());
}
