// expect: a model is loaded by a function: write exported::load(path)
// An exported model is made from its file by `exported::load`, which says in its name that it reads one.
#include <suture/exported/exported.hpp>
#include <suture/suture.hpp>

using namespace suture;

void edit(const Exported& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    Exported other("model.pt2");
#else
    Exported other = exported::load("model.pt2");
#endif
}
