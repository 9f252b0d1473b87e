// New files appear completely or not at all, alone and as safetensors files; open ones stay readable.
#include "suture/file/new_file.hpp"

#include "file/files.hpp"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

using namespace files;

TEST_CASE("several threads read from one open file") {
    const Folder folder;
    Tensors tensors;
    for (int i = 0; i < 8; ++i) tensors["t" + std::to_string(i)] = at::full({1000}, i);
    save_safetensors(folder / "x.safetensors", tensors);
    const auto file = Safetensors::open(folder / "x.safetensors");
    std::vector<Tensors> seen(4);
    std::vector<std::thread> threads;
    for (Tensors& mine : seen) threads.emplace_back([&] { mine = file.load_all(); });
    for (std::thread& thread : threads) thread.join();
    for (const Tensors& mine : seen) CHECK(same_bits(mine, tensors));
}

TEST_CASE("a file that is replaced while open still gives its old tensors") {
    const Folder folder;
    save_safetensors(folder / "x.safetensors", {{"x", at::zeros({3})}});
    const auto old = Safetensors::open(folder / "x.safetensors");
    save_safetensors(folder / "x.safetensors", {{"x", at::ones({5})}});
    CHECK(same_bits(old.load("x"), at::zeros({3})));
    CHECK(same_bits(Safetensors::open(folder / "x.safetensors").load("x"), at::ones({5})));
}

TEST_CASE("a path that does not lead to a file is refused by name") {
    const Folder folder;
    const std::string missing = error_of([&] { Safetensors::open(folder / "missing.safetensors"); });
    CHECK(contains(missing, (folder / "missing.safetensors").string()));
    CHECK(contains(missing, "cannot be opened (No such file or directory): check the path"));
    CHECK(contains(error_of([&] { Safetensors::open(folder.path()); }), "is a directory: name the .safetensors file"));
    REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    CHECK(contains(error_of([&] { Safetensors::open(folder / "pipe"); }), "is not a regular file: "));
}

TEST_CASE("a file that was cut short after it was opened is refused where it ends") {
    const Folder folder;
    save_safetensors(folder / "x.safetensors", {{"a", at::ones({4})}, {"b", at::ones({4})}});
    const auto file = Safetensors::open(folder / "x.safetensors");
    fs::resize_file(folder / "x.safetensors", fs::file_size(folder / "x.safetensors") - 6);
    CHECK(same_bits(file.load("a"), at::ones({4})));
    CHECK(contains(error_of([&] { file.load("b"); }), "tensor \"b\": ends 6 bytes too early (it was cut short"));
}

TEST_CASE("a failed save says why, and leaves no trace") {
    const Folder folder;
    const fs::path nowhere = folder / "missing/x.safetensors";
    const std::string missing = error_of([&] { save_safetensors(nowhere, small_tensors()); });
    CHECK(contains(missing, nowhere.string() + ": cannot be written (No such file or directory): check the path"));

    fs::create_directories(folder / "taken/inside");
    CHECK(contains(error_of([&] { save_safetensors(folder / "taken", small_tensors()); }),
                   "is a directory: name a file"));
    CHECK(fs::is_directory(folder / "taken/inside"));
    CHECK(folder.entries() == 1);
}

TEST_CASE("a save that fails half-way leaves the old file intact") {
    const Folder folder;
    const fs::path path = folder / "x.safetensors";
    save_safetensors(path, small_tensors());
    const std::string before = bytes_of(path);

    // No file may grow beyond 4096 bytes: the disk is as good as full.
    rlimit limit{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &limit) == 0);
    const auto handler = ::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{4096, limit.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    const std::string message = error_of([&] { save_safetensors(path, {{"large", at::ones({100'000})}}); });
    ::setrlimit(RLIMIT_FSIZE, &limit);
    ::signal(SIGXFSZ, handler);

    CHECK(contains(message, path.string() + ": cannot be written (File too large): "));
    CHECK(bytes_of(path) == before);
    CHECK(folder.entries() == 1);

    CHECK_FALSE(error_of([&] { save_safetensors(path, {{"bad", at::Tensor()}}); }).empty());
    CHECK(bytes_of(path) == before);
}

TEST_CASE("a save replaces the old file and leaves nothing beside it") {
    const Folder folder;
    save_safetensors(folder / "x.safetensors", {{"x", at::ones({1000})}});
    save_safetensors(folder / "x.safetensors", small_tensors());
    CHECK(same_bits(Safetensors::open(folder / "x.safetensors").load_all(), small_tensors()));
    CHECK(folder.entries() == 1);
}

TEST_CASE("a save into the working directory needs no directory in the path") {
    const Folder folder;
    const fs::path before = fs::current_path();
    fs::current_path(folder.path());
    save_safetensors("x.safetensors", small_tensors());
    const bool same = same_bits(Safetensors::open("x.safetensors").load_all(), small_tensors());
    fs::current_path(before);
    CHECK(same);
}

TEST_CASE("a file that replaces another keeps its permissions, and a pipe is never replaced") {
    const Folder folder;
    save_safetensors(folder / "x", small_tensors());
    fs::permissions(folder / "x", fs::perms::owner_read | fs::perms::owner_write);
    save_safetensors(folder / "x", small_tensors());
    CHECK(fs::status(folder / "x").permissions() == (fs::perms::owner_read | fs::perms::owner_write));

    REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    CHECK(contains(error_of([&] { save_safetensors(folder / "pipe", small_tensors()); }), "is not a regular file"));
    CHECK(fs::is_fifo(folder / "pipe"));
}

TEST_CASE("a new file appears with its text when it is published, and not before") {
    const Folder folder;
    {
        suture::NewFile file(folder / "notes.txt");
        file.write("layer,");
        file.write("effect\r\n", 8);
        CHECK_FALSE(fs::exists(folder / "notes.txt"));
        file.publish();
        CHECK(bytes_of(folder / "notes.txt") == "layer,effect\r\n");
    }
    CHECK(folder.entries() == 1);
    {
        suture::NewFile dropped(folder / "notes.txt");
        dropped.write("half");
    }
    CHECK(bytes_of(folder / "notes.txt") == "layer,effect\r\n");
    CHECK(folder.entries() == 1);
}

TEST_CASE("a link at the destination is replaced, and its target is left alone") {
    const Folder folder;
    suture::save_text(folder / "target", "old");
    fs::create_symlink(folder / "target", folder / "link");
    suture::save_text(folder / "link", "new");
    CHECK(bytes_of(folder / "target") == "old");
    CHECK(bytes_of(folder / "link") == "new");
    CHECK_FALSE(fs::is_symlink(folder / "link"));
}

TEST_CASE("errors of new files begin with the path, and a path that is empty is shown") {
    const Folder folder;
    const fs::path nowhere = folder / "missing/notes.txt";
    CHECK(error_of([&] {
              suture::save_text(nowhere, "x");
          }).starts_with(nowhere.string() + ": cannot be written (No such file or directory): check the path"));
    CHECK(error_of([&] {
              suture::NewFile file(folder.path());
          }).starts_with(folder.path().string() + ": is a directory: name a file to be written"));
    fs::create_directory(folder / "empty");
    const fs::path before = fs::current_path();
    fs::current_path(folder / "empty");
    const std::string empty = error_of([] { suture::save_text("", "x"); });
    fs::current_path(before);
    CHECK(empty.starts_with("\"\": cannot be written"));
    CHECK(fs::is_empty(folder / "empty"));
}
