// expect: parameters go by their names: write model.tensors()
// Parameters and buffers are a map from their names to tensors, which are those that the model runs with.
#include <suture/exported/exported.hpp>
#include <suture/suture.hpp>

using namespace suture;

void edit(const Exported& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    for (const at::Tensor& p : model.parameters()) p.sum();
#else
    for (const auto& [name, p] : model.tensors()) p.sum();
#endif
}
