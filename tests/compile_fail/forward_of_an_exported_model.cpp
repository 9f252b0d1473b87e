// expect: a model is called: write model(ids), or model.run(ids) for all results
// An exported model has no modules to call `forward` on. Calling the model gives its first tensor, `run` gives all results
// under the names that Python gave them.
#include <suture/exported/exported.hpp>
#include <suture/suture.hpp>

using namespace suture;

void edit(const Exported& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    at::Tensor logits = model.forward(ids);
#else
    at::Tensor logits = model(ids);
#endif
}
