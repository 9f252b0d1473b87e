#include "suture/sweep/files.hpp"

#include "doctest.hpp"
#include "message.hpp"
#include "sweep/fixture.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace {
using namespace sweeping;
using suture_test::message_of;
using suture_test::says;

struct file_fixture {
    std::filesystem::path path = std::filesystem::temp_directory_path() / "suture-sweep-files-test";
    ~file_fixture() { std::filesystem::remove(path); }
};

bool same_bits(const at::Tensor& a, const at::Tensor& b) {
    if (a.defined() != b.defined()) return false;
    if (!a.defined() || a.scalar_type() == at::kBool) return !a.defined() || a.equal(b);
    return a.contiguous().view(at::kLong).equal(b.contiguous().view(at::kLong));
}
}  // namespace

TEST_CASE_FIXTURE(file_fixture, "a saved result is loaded bit for bit, with its axes and texts") {
    Model m = model();
    const Pairs p = pairs(2, 2);
    SweepOptions options;
    options.attribution = true;
    for (const double share : {1.0, 0.3})
        for (const std::size_t which : {1u, 5u, 14u})
            for (const Patching& patching : {denoising(p.clean, p.corrupted), zero_ablation(p.clean)}) {
                options.share = share;
                const SweepResult saved = sweep(m, patching, grids(m)[which].second, logit_difference(3, 4), options);
                save_sweep(path, saved);
                const SweepResult loaded = load_sweep(path);
                CHECK((loaded.axes == saved.axes));
                CHECK(same_bits(loaded.values, saved.values));
                CHECK(same_bits(loaded.baseline, saved.baseline));
                CHECK(same_bits(loaded.source, saved.source));
                CHECK(same_bits(loaded.done, saved.done));
                CHECK(same_bits(loaded.ran, saved.ran));
                CHECK(same_bits(loaded.attribution, saved.attribution));
                CHECK(loaded.metric + loaded.patching == saved.metric + saved.patching);
                CHECK(loaded.method == saved.method);
            }
}

TEST_CASE_FIXTURE(file_fixture, "the CSV of a result has its text, and is written whole or not at all") {
    Model m = model();
    const SweepResult result = sweep(m, zero_ablation(pairs(1, 2).clean), grids(m)[0].second, logit(3));
    save_csv(path, result);
    CHECK(csv_text(result).starts_with("prompt,layer,position,value,baseline,ran\r\n"));
    SweepResult estimated = result;
    estimated.attribution = result.values;
    CHECK(csv_text(estimated).starts_with("prompt,layer,position,value,baseline,ran,attribution\r\n0,0,0,"));
    std::ifstream in(path, std::ios::binary);
    CHECK(std::string(std::istreambuf_iterator<char>(in), {}) == csv_text(result));
    CHECK(says(message_of<FileError>([&] { save_csv("/nowhere/at/all.csv", result); }), "/nowhere/at/all.csv"));
}

TEST_CASE_FIXTURE(file_fixture, "a file without a sweep, or with a damaged one, is refused") {
    save_safetensors(path, {{"values", at::zeros({2})}});
    CHECK(says(message_of<FileError>([&] { (void)load_sweep(path); }), "does not hold the result of a sweep"));
    save_safetensors(path, {{"values", at::zeros({2})}}, {{"format", "suture sweep 1"}, {"axes", "[3]"}});
    CHECK(says(message_of<FileError>([&] { (void)load_sweep(path); }), "does not list a sweep's axes"));
    save_safetensors(path, {{"values", at::zeros({2})}}, {{"format", "suture sweep 1"}, {"axes", "{"}});
    CHECK(says(message_of<FileError>([&] { (void)load_sweep(path); }), "axes"));
    save_safetensors(path, {{"values", at::zeros({2})}},
                     {{"format", "suture sweep 1"}, {"axes", R"([{"name":"prompt","labels":["0"]}])"}});
    CHECK(says(message_of<FileError>([&] { (void)load_sweep(path); }), "'values' is float32 [2]", "float64 [1]"));
    const at::Tensor number = at::zeros({1}, at::kDouble), flag = at::zeros({1}, at::kBool);
    save_safetensors(
        path, {{"values", number}, {"baseline", number}, {"done", flag}, {"ran", flag}},
        {{"format", "suture sweep 1"}, {"axes", R"([{"name":"prompt","labels":["0"]}])"}, {"method", "magic"}});
    CHECK(says(message_of<FileError>([&] { (void)load_sweep(path); }), "the metadata 'method' is 'magic'"));
}
