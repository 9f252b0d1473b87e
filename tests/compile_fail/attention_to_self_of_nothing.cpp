// expect: this takes one pattern: write attention_to_self(latest[3])
#include <suture/stats/attention_pattern.hpp>
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use(const Latest<AnyLayout>& latest) {
#ifdef SUTURE_BAD
    auto x = attention_to_self();
#else
    auto x = attention_to_self(latest[3]);
#endif
}
