// expect: results come in a vector: write merge({first, second})
// Any number of them.
#include <suture/sweep/sweep.hpp>

using namespace suture;

void use(const SweepResult& a, const SweepResult& b) {
#ifdef SUTURE_BAD
    SweepResult r = merge(a, b);
#else
    SweepResult r = merge({a, b});
#endif
}
