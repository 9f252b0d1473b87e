// expect: noise takes a standard deviation, and perhaps a generator: write noise(0.1)
// Activations have no typical scale, so the standard deviation has no default.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on<Resid>().noise();
#else
auto edit = on<Resid>().noise(0.1);
#endif
