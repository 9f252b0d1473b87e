#!/usr/bin/env python3
"""Builds tests/python/extension.cpp as users build theirs, and compares its edits with Python's own.

    extension.py INCLUDE_DIR BUILD_DIR COMPILER
"""
import os
import shutil
import sys
import sysconfig
import unittest

try:
    import torch
except ImportError:
    print("skipped: Python has no torch")
    sys.exit(0)

INCLUDE, BUILD, COMPILER = sys.argv[1:4]


def missing():
    """What building an extension needs and is not here."""
    if not shutil.which("ninja"):
        return "ninja"
    if not os.path.exists(os.path.join(sysconfig.get_paths()["include"], "Python.h")):
        return "Python.h"
    folders = [os.path.join(os.path.dirname(torch.__file__), "include"), "/usr/include", "/usr/local/include"]
    if not any(os.path.exists(os.path.join(folder, "pybind11/pybind11.h")) for folder in folders):
        return "pybind11"
    return None


def load():
    # On Debian, torch's own check of the compiler asks for one that is called c++.
    os.environ["CXX"] = COMPILER
    from torch.utils.cpp_extension import load

    here = os.path.dirname(os.path.abspath(__file__))
    os.makedirs(BUILD, exist_ok=True)
    return load("suture_test_edits", [os.path.join(here, "extension.cpp")], extra_include_paths=[INCLUDE],
                extra_cflags=["-std=c++20", "-O1", "-Wall", "-Wextra", "-Wno-unused-parameter"], build_directory=BUILD)


class Calls(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(1)
        self.x = torch.randn(2, 6, 144)

    def test_an_edit_returns_a_clone_and_leaves_its_argument(self):
        before, version = self.x.clone(), self.x._version
        expected = self.x.clone()
        expected[:, 4, :10] = 0
        self.assertTrue(torch.equal(edits.no_query(self.x), expected))
        self.assertTrue(torch.equal(self.x, before))
        self.assertEqual(self.x._version, version)

    def test_recipes_apply_their_edits_in_order(self):
        expected = self.x.clone()
        expected[:, -1, :48] = 0.5
        expected[:, :, 96 + 36:] *= 0.25
        self.assertTrue(torch.equal(edits.several(self.x), expected))

    def test_arguments_of_edits_come_from_python(self):
        for head in range(4):
            expected = self.x.clone()
            expected[..., 12 * head:12 * (head + 1)] = 0
            self.assertTrue(torch.equal(edits.head_off(head)(self.x), expected))
        direction = torch.randn(12)
        expected = self.x.clone()
        expected[..., 96 + 12:96 + 24] += 2.5 * direction / direction.norm()
        torch.testing.assert_close(edits.steer(1, direction, 2.5)(self.x), expected)

    def test_an_injected_tensor_is_a_snapshot(self):
        value = torch.ones(48)
        edit = edits.inject(value)
        value.zero_()
        self.assertTrue(torch.equal(edit(self.x)[:, 1, :48], torch.ones(2, 48)))

    def test_gradients_are_those_of_the_same_edit_in_python(self):
        ours, theirs = self.x.clone().requires_grad_(), self.x.clone().requires_grad_()
        edits.several(ours).square().sum().backward()
        edited = theirs.clone()
        edited[:, -1, :48] = 0.5
        edited[:, :, 96 + 36:] *= 0.25
        edited.square().sum().backward()
        self.assertTrue(torch.equal(ours.grad, theirs.grad))

    def test_an_edit_says_what_it_does(self):
        self.assertRegex(repr(edits.no_query), r"^<edit of Fused<144, .*>: Q\[token 4, dims 0:10\] = 0>$")


class Errors(unittest.TestCase):
    def test_errors_of_suture_are_exceptions_of_the_module_and_of_python(self):
        for call, ours, builtin, words in [
            (lambda: edits.no_query(torch.zeros(1, 5, 99)), edits.ShapeError, ValueError, "needs .*144"),
            (lambda: edits.no_query(torch.zeros(1, 3, 144)), edits.PositionError, IndexError, "token 4 is outside"),
            (lambda: edits.no_query(torch.zeros(1, 5, 144).to_sparse()), edits.TypeError, TypeError, "Sparse"),
            (lambda: edits.head_off(4), edits.PositionError, IndexError, "head 4 is outside Q, which has 4 heads"),
            (lambda: edits.steer(0, torch.zeros(12), 1.0)(torch.zeros(1, 5, 144)), edits.ValueError, ValueError,
             "length zero"),
        ]:
            for kind in (ours, builtin, edits.Error, RuntimeError):
                with self.assertRaisesRegex(kind, words):
                    call()

    def test_other_exceptions_of_cpp_pass(self):
        with self.assertRaisesRegex(RuntimeError, "a mishap"):
            edits.throws(torch.zeros(1, 5, 144))

    def test_wrong_arguments_are_type_errors(self):
        for call in (lambda: edits.no_query("text"), lambda: edits.no_query(), lambda: edits.head_off(1.5)):
            with self.assertRaises(TypeError):
                call()

    def test_a_hook_at_a_module_that_returns_a_tuple_says_what_to_write(self):
        with self.assertRaisesRegex(edits.TypeError, r"returned a tuple.*output\[0\]"):
            edits.no_query.hook(None, (), (torch.zeros(1, 5, 144), None))


class Hooks(unittest.TestCase):
    """In models of transformers, with random weights."""

    def setUp(self):
        try:
            import transformers
        except ImportError:
            self.skipTest("Python has no transformers")
        torch.manual_seed(1)
        self.transformers = transformers
        self.ids = torch.arange(6).unsqueeze(0)

    def compare(self, model, module, edit, in_python):
        """The logits, and the gradients of the embedding, with our hook and with Python's."""
        results = []
        for hook in (edit.hook, in_python):
            handle = module.register_forward_hook(hook)
            model.zero_grad()
            logits = model(self.ids).logits
            logits.square().sum().backward()
            results.append((logits.detach(), model.get_input_embeddings().weight.grad.clone()))
            handle.remove()
        for ours, theirs in zip(*results):
            self.assertTrue(torch.equal(ours, theirs))
        self.assertFalse(torch.equal(results[0][0], model(self.ids).logits))

    def test_gpt2(self):
        model = self.transformers.GPT2LMHeadModel(self.transformers.GPT2Config(
            vocab_size=50, n_embd=48, n_head=4, n_layer=2, n_positions=16)).eval()

        def in_python(module, inputs, output):
            output = output.clone()
            output[:, 4, :10] = 0
            return output

        self.compare(model, model.transformer.h[1].attn.c_attn, edits.no_query, in_python)

    def test_llama(self):
        model = self.transformers.LlamaForCausalLM(self.transformers.LlamaConfig(
            vocab_size=50, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
            num_key_value_heads=2)).eval()

        def query_in_python(module, inputs, output):
            output = output.clone()
            output[:, 1, 16:24] = 0
            return output

        def key_in_python(module, inputs, output):
            output = output.clone()
            output[:, 2] += 1.0
            return output

        attention = model.model.layers[1].self_attn
        self.compare(model, attention.q_proj, edits.llama_q, query_in_python)
        self.compare(model, attention.k_proj, edits.llama_k, key_in_python)


if __name__ == "__main__":
    if missing():
        print(f"skipped: an extension of Python needs {missing()}, which is not here")
        sys.exit(0)
    edits = load()
    unittest.main(argv=sys.argv[:1])
