package unpack

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const notebookFile = `{
 "cells": [
  {"cell_type": "markdown", "metadata": {}, "source": "# Title"},
  {"cell_type": "code", "execution_count": 7, "metadata": {"tags": ["a"]},
   "outputs": [
    {"name": "stdout", "output_type": "stream", "text": ["line \u00e4\n", "line 2\n"]},
    {"data": {"text/plain": ["'shown'"]}, "output_type": "execute_result"}
   ],
   "source": ["import os\n", "key = \"a\\tb\"\n", "print(key)"]}
 ],
 "metadata": {"kernelspec": {"name": "python3"}, "token": "of the kernel"},
 "nbformat": 4, "nbformat_minor": 5
}
`

func TestNotebook(t *testing.T) {
	texts, err := unpackTexts(t, []byte(notebookFile+"{}"), "notebook")
	if err != nil {
		t.Error(err)
	}
	want := map[string]string{
		"cell 1":            "# Title\n",
		"cell 2":            "import os\nkey = \"a\\tb\"\nprint(key)",
		"cell 2 › output 1": "line ä\nline 2\n",
		"cell 2 › output 2": "'shown'",
		"metadata": "cell_type=markdown\ncell_type=code\nexecution_count=7\ntags=a\nname=stdout\noutput_type=stream\n" +
			"output_type=execute_result\nname=python3\ntoken=of the kernel\nnbformat=4\nnbformat_minor=5\n",
		"trailing bytes": "{}",
	}
	want["metadata"] = strings.Replace(want["metadata"], "name=stdout\n", "", 1)
	want["cell 2 › output 1"] = "stdout\n" + want["cell 2 › output 1"]
	if diff := cmp.Diff(want, texts); diff != "" {
		t.Errorf("texts differ: %s", diff)
	}
}

func TestNotebookOfVersion3(t *testing.T) {
	file := `{"metadata": {}, "nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": ["a = 1\n", "b = 2"], "outputs": []}]}]}`
	texts, err := unpackTexts(t, []byte(file), "notebook")
	if err != nil || texts["cell 1"] != "a = 1\nb = 2" {
		t.Errorf("texts %q, error %v", texts, err)
	}
}

func TestDamagedNotebook(t *testing.T) {
	deep := `{"cells": ` + strings.Repeat("[", 1000)
	if _, err := unpackTexts(t, []byte(deep), "notebook"); err == nil || !strings.Contains(err.Error(), "nested deeper") {
		t.Errorf("error %v, want one of depth", err)
	}
	for n := 14; n < len(notebookFile)-2; n++ {
		texts, err := unpackTexts(t, []byte(notebookFile[:n]), "notebook")
		if err == nil {
			t.Errorf("%d bytes: no fault", n)
		}
		if n > 100 && texts["cell 1"] != "# Title\n" {
			t.Errorf("%d bytes: first cell %q", n, texts["cell 1"])
		}
	}
}

func FuzzNotebook(f *testing.F) {
	f.Add([]byte(notebookFile))
	f.Add([]byte(`{"cells":[{"cells":[{"source":[["a"]]}]}],"x":{"cells":[]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzzUnpack(t, Format{Name: "notebook", unpack: unpackNotebook}, data)
	})
}
