// Files that are not TorchScript models are told by their bytes.
#include "suture/script/detail/not_a_script.hpp"

#include "doctest.hpp"
#include "file/files.hpp"

#include <string>

using suture::detail::not_a_script_text;

namespace {
std::string text_of(const std::string& bytes) {
    const files::Folder folder;
    files::write_bytes(folder / "x.pt", bytes);
    return not_a_script_text(folder / "x.pt");
}
}  // namespace

TEST_CASE("what a file is instead of a TorchScript model is said, with what to do") {
    using files::contains;
    CHECK(contains(text_of(""), "this file is empty: save or download"));
    CHECK(contains(text_of("version https://git-lfs.github.com/spec/v1\n"), "is a Git LFS pointer"));
    CHECK(contains(
        text_of("PK\x03\x04 .. m/data.pkl .. m/version"),
        "this is what torch.save writes, a state_dict or a pickled module, without code to run: save the model"));
    CHECK(contains(text_of("PK\x03\x04 .. m/archive_format .. m/models/model.json"),
                   "load it with exported::load(path)"));
    CHECK(contains(text_of("PK\x03\x04 .. serialized_exported_program.json"), "load it with exported::load(path)"));
    CHECK(contains(text_of("\x80\x02..."), "is a pickle"));
    CHECK(contains(text_of(files::small_image()), "is a safetensors file, which holds weights"));
    CHECK(text_of("PK\x03\x04 .. m/data.pkl .. m/constants.pkl") == "");
    CHECK(text_of("PK\x03\x04") == "");
    CHECK(text_of("a text that is none of these") == "");
    CHECK(text_of("x") == "");
    CHECK(contains(not_a_script_text("/no/such/file"), "is empty"));
}
