// When the disk is full or the program is killed, whatever is being written: a file is the old one or the new one, and
// complete; no other file is changed; and the next run writes it.
#include "file/files.hpp"
#include "full_disk.hpp"
#include "pictures/fixture.hpp"
#include "sweep/counting_result.hpp"

#include "suture/edit/on.hpp"
#include "suture/file/new_file.hpp"
#include "suture/gpt2/save.hpp"
#include "suture/hook/hook_point.hpp"
#include "suture/hook/hook_set.hpp"
#include "suture/pictures/csv.hpp"
#include "suture/pictures/heat_map.hpp"
#include "suture/pictures/report.hpp"
#include "suture/pictures/save.hpp"
#include "suture/record/spill.hpp"
#include "suture/sweep/files.hpp"
#include "suture/sweep/journal.hpp"

#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <torch/utils.h>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace suture;
using files::bytes_of;
using files::Folder;
using suture_test::FullDisk;
namespace fs = std::filesystem;

/// Something that writes files into a directory, in one of two versions.
struct Writer {
    std::string name;
    std::vector<std::string> files;
    std::function<void(const fs::path& directory, int version)> write;
};

std::string text_of(int version) { return std::string(version ? 3000 : 2000, version ? 'n' : 'o'); }
at::Tensor numbers_of(int version) { return at::full({version ? 700 : 500}, version ? 0.5 : 1.5); }

/// A result of a sweep whose numbers say the version.
SweepResult result_of(int version) {
    SweepResult result = suture_test::result_of({{"layer", {"0", "1", "2"}}});
    result.values = suture_test::counting(result).add(version);
    result.baseline = at::full({2}, 1.0 / 3 + version, at::kDouble);
    result.done = result.ran = result.values.gt(-1);
    result.metric = text_of(version);
    return result;
}
void spill_a_history(const fs::path& path, int version) {
    using X = Fused<6, Q<2>, K<2>, V<2>>;
    const HookPoint<X> site("h.0");
    History<X> history;
    HookSet hooks;
    hooks.add(site, history);
    const auto scope = hooks.activate();
    for (int pass = 0; pass < 2 + version; ++pass) (void)site(at::full({20, 6}, version + pass));
    spill(history, path);
}
pictures::Saved save_a_picture(const fs::path& directory, int version, const pictures::Gnuplot& gnuplot) {
    return pictures::save(pictures_test::map_of(at::full({3, 2 + version}, 1.0 + version)), directory, "map", gnuplot);
}
const Decoder& model_of(int version) {
    static const auto made = [] {
        std::vector<Decoder> both;
        for (int each : {0, 1}) {
            Gpt2Config config;
            config.width = 4, config.heads = 1, config.inner = 16, config.layers = 1 + each, config.positions = 4;
            config.vocabulary = 5;
            both.emplace_back(config);
        }
        return both;
    }();
    return made[static_cast<std::size_t>(version)];
}

/// Everything in suture that writes files which may be there already.
std::vector<Writer> every_writer(const pictures::Gnuplot& gnuplot, bool draws) {
    std::vector<std::string> of_picture{"map.csv", "map.safetensors", "map.gp"};
    if (draws) of_picture.insert(of_picture.end(), {"map.svg", "map.png"});
    return {
        {"a text", {"a.txt"}, [](const fs::path& d, int v) { save_text(d / "a.txt", text_of(v)); }},
        {"tensors",
         {"a"},
         [](const fs::path& d, int v) {
             save_safetensors(d / "a", {{"x", numbers_of(v)}});
         }},
        {"a table",
         {"a.csv"},
         [](const fs::path& d, int v) {
             pictures::save_csv(d / "a.csv", {{"text"}, {{text_of(v)}}});
         }},
        {"a result as CSV", {"r.csv"}, [](const fs::path& d, int v) { save_csv(d / "r.csv", result_of(v)); }},
        {"a result", {"r"}, [](const fs::path& d, int v) { save_sweep(d / "r", result_of(v)); }},
        {"a spilled history", {"h"}, [](const fs::path& d, int v) { spill_a_history(d / "h", v); }},
        {"a report",
         {"report.html"},
         [](const fs::path& d, int v) {
             pictures::Report report(d / "report.html", "title");
             report.paragraph(text_of(v)).save();
         }},
        {"a model",
         {"config.json", "model.safetensors", "words.txt"},
         [](const fs::path& d, int v) {
             gpt2::save(d, model_of(v), {{"words.txt", text_of(v)}});
         }},
        {"a picture", of_picture, [gnuplot](const fs::path& d, int v) { save_a_picture(d, v, gnuplot); }},
    };
}

/// The bytes of the writer's files; without those that are not there.
using Contents = std::map<std::string, std::string>;
Contents contents_of(const Writer& writer, const fs::path& directory) {
    Contents all;
    for (const std::string& file : writer.files)
        if (fs::exists(directory / file)) all[file] = bytes_of(directory / file);
    return all;
}
Contents written_by(const Writer& writer, int version) {
    const Folder folder;
    writer.write(folder.path(), version);
    return contents_of(writer, folder.path());
}

/// Sizes at which writing stops: at the beginning, in the middle, and one byte before the end.
std::vector<rlim_t> sizes_of_a_full_disk(const Contents& contents) {
    std::vector<rlim_t> sizes{0, 1, 100};
    for (const auto& [file, bytes] : contents) {
        sizes.push_back(bytes.size() / 2);
        sizes.push_back(bytes.size() - 1);
        sizes.push_back(bytes.size());
    }
    return sizes;
}

/// A process that runs `work` again and again until it is killed.
class Worker {
public:
    explicit Worker(const std::function<void()>& work) : process_(::fork()) {
        if (process_ != 0) return;
        try {
            for (;;) work();
        } catch (...) {}
        ::_exit(EXIT_FAILURE);
    }
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    ~Worker() {
        if (process_ > 0) (void)kill();
    }

    /// @return whether it worked until then
    bool kill() {
        int status = 0;
        ::kill(process_, SIGKILL);
        const bool ended = ::waitpid(process_, &status, 0) == process_;
        process_ = -1;
        return ended && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    }

private:
    pid_t process_;
};

/// The files of a directory that the writer did not finish.
std::vector<std::string> unfinished_in(const fs::path& directory, const Writer& writer) {
    std::vector<std::string> unfinished;
    for (const auto& entry : fs::directory_iterator(directory)) {
        const std::string name = entry.path().filename().string();
        if (std::find(writer.files.begin(), writer.files.end(), name) == writer.files.end()) unfinished.push_back(name);
    }
    return unfinished;
}

using clock = std::chrono::steady_clock;

}  // namespace

TEST_CASE("a full disk leaves the old files, or none where there were none, and the next run writes them") {
    const bool draws = pictures_test::has_gnuplot();
    for (const Writer& writer : every_writer({}, draws)) {
        CAPTURE(writer.name);
        const Contents old = written_by(writer, 0), fresh = written_by(writer, 1);
        REQUIRE(old.size() == writer.files.size());
        const Folder folder, empty;
        writer.write(folder.path(), 0);
        int refusals = 0;
        for (const rlim_t size : sizes_of_a_full_disk(fresh))
            for (const Folder* where : {&folder, &empty}) {
                CAPTURE(size);
                std::string refusal;
                {
                    const FullDisk full(size);
                    refusal = files::error_of([&] { writer.write(where->path(), 1); });
                }
                if (refusal.empty()) {  // there was enough room
                    CHECK((contents_of(writer, where->path()) == fresh));
                    if (where == &folder)
                        writer.write(folder.path(), 0);
                    else
                        for (const std::string& file : writer.files) fs::remove(*where / file.c_str());
                    continue;
                }
                ++refusals;
                CHECK((contents_of(writer, where->path()) == (where == &folder ? old : Contents{})));
                CHECK(unfinished_in(where->path(), writer).empty());
            }
        CHECK(refusals > 3);
        writer.write(folder.path(), 1);
        CHECK((contents_of(writer, folder.path()) == fresh));
    }
}

TEST_CASE("a device is not written in place of a file, full or not") {
    for (const char* device : {"/dev/full", "/dev/null"}) {
        CHECK(files::contains(files::error_of([&] { save_text(device, "text"); }), "is not a regular file"));
        CHECK(files::contains(files::error_of([&] {
                                  save_safetensors(device, {{"x", numbers_of(0)}});
                              }),
                              "is not a regular file"));
        CHECK(fs::is_character_file(device));
    }
}

TEST_CASE("a directory in the place of one of several files leaves them all as they were") {
    for (const Writer& writer : every_writer(pictures_test::no_gnuplot, false)) {
        CAPTURE(writer.name);
        for (const std::string& taken : writer.files) {
            CAPTURE(taken);
            const Folder folder;
            writer.write(folder.path(), 0);
            fs::remove(folder / taken.c_str());
            fs::create_directory(folder / taken.c_str());
            Contents old = written_by(writer, 0);
            CHECK(files::contains(files::error_of([&] { writer.write(folder.path(), 1); }), "is a directory"));
            CHECK(fs::is_directory(folder / taken.c_str()));
            for (const std::string& file : writer.files)
                if (file != taken) CHECK(bytes_of(folder / file.c_str()) == old[file]);
            CHECK(unfinished_in(folder.path(), writer).empty());
        }
    }
}

TEST_CASE("a program that is killed while it writes leaves each file old or new, at every moment") {
    constexpr int kills = 5;
    for (const Writer& writer : every_writer(pictures_test::no_gnuplot, false)) {
        CAPTURE(writer.name);
        Contents versions[] = {written_by(writer, 0), written_by(writer, 1)};
        const Folder folder;
        writer.write(folder.path(), 0);
        const auto are_whole = [&] {
            for (const std::string& file : writer.files) {
                const std::string bytes = bytes_of(folder / file.c_str());
                if (bytes != versions[0][file] && bytes != versions[1][file]) return false;
            }
            return true;
        };
        for (int i = 0; i < kills; ++i) {
            Worker worker([&, version = 0]() mutable { writer.write(folder.path(), version = 1 - version); });
            const auto end = clock::now() + std::chrono::microseconds(2000 + 3700 * i);
            bool were_whole = true;
            do were_whole = are_whole() && were_whole;
            while (clock::now() < end);
            CHECK(worker.kill());
            CHECK(were_whole);
            CHECK(are_whole());
        }
        // What was half-written stays under a name that nothing reads, once for each kill, and is in nobody's way.
        const std::vector<std::string> unfinished = unfinished_in(folder.path(), writer);
        CHECK(unfinished.size() <= kills * writer.files.size());
        for (const std::string& name : unfinished)
            CHECK(((name.starts_with(".suture-") && name.ends_with(".part")) || name.starts_with(".picture-")));
        writer.write(folder.path(), 1);
        CHECK((contents_of(writer, folder.path()) == versions[1]));
        CHECK(unfinished_in(folder.path(), writer) == unfinished);
    }
}

TEST_CASE("a journal whose program is killed has whole batches of cells, and goes on from there") {
    const auto value_of = [](Index cell) { return 1.0 / static_cast<double>(cell + 3); };
    constexpr Index batch = 7;
    const auto batch_after = [&](Index first) {
        std::map<Index, double> cells;
        for (Index cell = first; cell < first + batch; ++cell) cells[cell] = value_of(cell);
        return cells;
    };
    const Folder folder;
    const fs::path path = folder / "journal.txt";
    Index before = 0;
    for (int i = 0; i < 6; ++i) {
        CAPTURE(i);
        Worker worker([&] {
            SweepJournal journal(path);
            journal.begin("a sweep");
            journal.check_baseline(0, at::full({2}, 0.5, at::kDouble));
            for (Index next = static_cast<Index>(journal.cells().size());; next += batch)
                journal.add(batch_after(next));
        });
        std::this_thread::sleep_for(std::chrono::microseconds(3000 + 2900 * i));
        CHECK(worker.kill());
        const SweepJournal journal(path);
        const auto count = static_cast<Index>(journal.cells().size());
        CHECK(count % batch == 0);
        CHECK(count >= before);
        before = count;
        for (const auto& [cell, value] : journal.cells()) CHECK((cell < count && value == value_of(cell)));
    }
    CHECK(folder.entries() <= 1);
    SweepJournal last(path);
    last.begin("a sweep");
    last.add(batch_after(before));
    CHECK(SweepJournal(path).cells().size() == static_cast<std::size_t>(before + batch));
}
