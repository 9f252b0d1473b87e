// expect: an Exported is not a pointer: write model(ids)
// An exported model is a value, whose copies share the graph and the weights.
#include <suture/exported/exported.hpp>
#include <suture/suture.hpp>

using namespace suture;

void edit(const Exported& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    model->forward(ids);
#else
    model(ids);
#endif
}
