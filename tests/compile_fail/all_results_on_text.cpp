// expect: a model is called with tensors: write model.run(ids)
// `run` takes what a call of the model takes.
#include <suture/exported/exported.hpp>

using namespace suture;

at::Tensor hidden(const Exported& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    struct Prompt {};
    return model.run(Prompt())["hidden_states.0"];
#else
    return model.run(ids)["hidden_states.0"];
#endif
}
