package report

// BuildFile is what a Dockerfile of the scan says, and what came of it in the images of the scan.
type BuildFile struct {
	Stages       []BuildStage       `json:"stages"`
	Instructions []BuildInstruction `json:"instructions"`
	Images       []BuiltImage       `json:"images"` // those of the scan that were built from it
}

// BuildStage is one stage. Shipped tells whether its instructions make up the image that is built: of the last stage, or of
// the stage that the images of the scan were built from.
type BuildStage struct {
	Name    string `json:"name,omitempty"`
	Base    string `json:"base"`
	Line    int    `json:"line"`
	Shipped bool   `json:"shipped"`
}

// BuildInstruction is one instruction. Stage is null before the first FROM.
type BuildInstruction struct {
	Line        int    `json:"line"`
	End         int    `json:"end"`
	Stage       *int   `json:"stage"`
	Instruction string `json:"instruction"`
	Made        []Made `json:"made,omitempty"`
	Untied      string `json:"untied,omitempty"` // why an instruction of a shipped stage is tied to no history entry
}

// Made is what an instruction made in one image: a history entry, and a layer where that made one.
type Made struct {
	Target  int  `json:"target"`
	Image   int  `json:"image"`
	History int  `json:"history"`
	Layer   *int `json:"layer"`
}

// BuiltImage is an image that was built from a Dockerfile. Tied of its Of instructions are tied to history entries.
type BuiltImage struct {
	Target int    `json:"target"`
	Image  int    `json:"image"`
	Stage  string `json:"stage"`
	Tied   int    `json:"tied"`
	Of     int    `json:"of"`
}
