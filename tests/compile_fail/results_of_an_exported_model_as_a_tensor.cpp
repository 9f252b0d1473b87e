// expect: the results are several: write outputs.first() or outputs[name]
// `run` gives all results of a model, which go by their names.
#include <suture/exported/exported.hpp>
#include <suture/suture.hpp>

using namespace suture;

void edit(const Exported& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    at::Tensor logits = model.run(ids);
#else
    at::Tensor logits = model.run(ids)["logits"];
#endif
}
