#include "suture/decoder/detail/refused_on_models.hpp"

#include "suture/decoder/decoder.hpp"

#include "doctest.hpp"

#include <type_traits>

// What the sentences say is tested with both compilers in tests/compile_fail.

TEST_CASE("the calls that a model lacks answer no where they are probed") {
    using namespace suture;
    constexpr auto refuses = []<class M>(M* model) {
        return !requires { model->generate(3); }
        &&!requires { model->run_with_cache(3); }
        &&!requires { model->save_pretrained("out"); }
        &&!requires { (*model)["h.0"]; };
    };
    CHECK(refuses(static_cast<DecoderImpl*>(nullptr)));
    CHECK(refuses(static_cast<Decoder*>(nullptr)));
}

TEST_CASE("the refusals of models, modules and holders are empty bases") {
    using namespace suture::detail;
    CHECK(std::is_empty_v<NamedElsewhere>);
    CHECK(std::is_empty_v<RefusedOnModels>);
    CHECK(std::is_empty_v<RefusedOnHolders>);
}
