// expect: five are needed: write path_patching(model, patching, senders, paths, metric)
// Without paths it would be a sweep.
#include <suture/suture.hpp>
#include <suture/sweep/path_patching.hpp>

using namespace suture;

SweepResult direct(at::Tensor (&model)(const at::Tensor& ids), const Patching& patching, const Grid& heads) {
#ifdef SUTURE_BAD
    return path_patching(model, patching, heads, logit(1));
#else
    return path_patching(model, patching, heads, Paths::avoiding(), logit(1));
#endif
}
